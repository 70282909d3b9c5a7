// Package journal keeps the evidence of a removal run in a file.
package journal
