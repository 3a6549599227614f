int three(int a) { return a * 3 + 1; }
