package reader_test

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"altadnc-bulk/pkg/reader"
	"altadnc-bulk/pkg/reader/columns"
)

// A wide list gives an entry for each filled cell; what cannot be sent says why.
func Example() {
	list := strings.NewReader("Name;E-Mail;Mobile Phone\n" +
		"Ada;Ada@Example.com;+1 415-555-0123\n" +
		"Ben;ben(at)example.org;\n")
	r, err := reader.New(list, "people.csv", reader.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for {
		e, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		if e.Refusal != nil {
			fmt.Printf("line %d, %s: %s\n", e.Line, e.Column, e.Refusal.Reason)
			continue
		}
		fmt.Printf("line %d: %s %s\n", e.Line, e.Identifier.Type, e.Identifier.Value)
	}
	// Output:
	// line 2: email ada@example.com
	// line 2: phone +14155550123
	// line 3, E-Mail: is not an e-mail address: no @ sign
}

func ExampleNew_columns() {
	_, err := reader.New(strings.NewReader("Call ID,User Email,Prospect Email\n"), "calls.csv", reader.Options{})
	var list *reader.ListError
	fmt.Println(errors.As(err, &list))
	fmt.Printf("%q\n", list.Flags)
	// Output:
	// true
	// [["--column" "Prospect Email=email"] ["--column" "User Email=email"]]
}

func ExampleReader_Layout() {
	list := strings.NewReader("\ufeffEmail\tMobile phone\tnote\n")
	r, err := reader.New(list, "people.txt", reader.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	l := r.Layout()
	fmt.Printf("%v, %s, delimiter %q\n", l.Format, l.Encoding, l.Delimiter)
	for _, c := range l.Columns {
		fmt.Printf("%s: %v %v\n", c.Name, c.Role == columns.Identifier, c.Types)
	}
	// Output:
	// csv, utf-8, delimiter '\t'
	// Email: true [email]
	// Mobile phone: true [phone]
	// note: false []
}
