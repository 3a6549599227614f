package inner

// Plain is formatted already.
const Plain = 1
