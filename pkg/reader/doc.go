// Package reader reads removal lists: CSV as spreadsheets and CRMs export it,
// and JSONL as scripts write it.
package reader
