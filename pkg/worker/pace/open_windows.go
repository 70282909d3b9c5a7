package pace

// openFlags is for what Unix systems call links and pipes.
const openFlags = 0
