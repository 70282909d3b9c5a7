// Package workbook reads the cells of Excel workbooks (.xlsx, .xlsm), which are
// Office Open XML: ECMA-376, Part 1, chapter 18. It gives what a cell holds, not
// what a spreadsheet shows of it: numbers with all their digits, the result of a
// formula, the text of rich text, and for what is not text its [Kind].
//
// It also gives what only the workbook knows: sheets, rows and columns that are
// hidden, where links lead, and which cells a merged one covers.
//
// # Values
//
// Shared and inline strings, and those of formulas, are decoded as the standard
// says: _x000D_ is a carriage return (22.9.2.19). Phonetic guides are not text.
// Numbers are the floating point numbers that spreadsheets compute with, written
// out in full; at and above 10 to the 15 they have lost digits, and are
// [Rounded]. A number is a date if its format shows a day or a time; it is
// written as 2024-01-15 or 2024-01-15 10:30:00.
//
// # Trust
//
// A workbook may come from anyone. It is kept in memory, at most [MaxSize] of it,
// and is unpacked as it is read; nothing is written to disk. What is kept of it
// (the texts that cells share, links, formats) is at most 256 MiB, what is unpacked
// 2 GiB and, of a part above 64 MiB, a hundred times its size; one row and one
// piece of XML are at most 1 MiB. Document types, and with them entities, are
// refused, as are parts that are there twice.
package workbook
