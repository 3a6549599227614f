(set-logic QF_BV)
(declare-const a (_ BitVec 32))
(assert (= (bvmul a #x00000002) #x00000009))
(check-sat)
