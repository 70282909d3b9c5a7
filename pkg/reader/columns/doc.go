// Package columns decides which columns of a list are read, by their names alone.
// It knows nothing of files and values.
package columns
