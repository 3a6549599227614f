-- Counts words, writes the counts, renames, appends, seeks and removes.
local counts, words = {}, {}
for line in io.lines("/words.txt") do
    for word in line:gmatch("%a+") do
        if not counts[word] then words[#words + 1] = word end
        counts[word] = (counts[word] or 0) + 1
    end
end
table.sort(words)
local file = assert(io.open("/counts.new", "w"))
for _, word in ipairs(words) do file:write(word, " ", counts[word], "\n") end
file:close()
assert(os.rename("/counts.new", "/counts"))
assert(os.remove("/empty"))
file = assert(io.open("/counts", "a+"))
file:write("in all ", #words, "\n")
file:seek("set", 0)
print(file:read("a"))
print(io.open("/empty"))
print(arg[1], file:seek("end"))
