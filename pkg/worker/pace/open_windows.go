package pace

// openFlags is empty: it concerns what Unix systems call links and pipes.
const openFlags = 0
