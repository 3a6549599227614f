int wrong(int a) { return b; }
