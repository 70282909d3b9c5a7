package reader_test

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"altadnc-bulk/pkg/reader"
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
	_, err := reader.New(strings.NewReader("Full Name,Work Phone,Mobile Phone\n"), "people.csv", reader.Options{})
	var list *reader.ListError
	fmt.Println(errors.As(err, &list))
	fmt.Println(list.Reason)
	// Output:
	// true
	// columns "Work Phone" and "Mobile Phone" could both be meant (columns found: "Full Name", "Work Phone", "Mobile Phone")
}

func ExampleReader_Layout() {
	list := strings.NewReader("\ufeffidentifier\tidentifierType\tnote\n")
	r, err := reader.New(list, "people.txt", reader.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	l := r.Layout()
	fmt.Printf("%v, %s, delimiter %q, %v form\n", l.Format, l.Encoding, l.Delimiter, l.Form)
	for _, c := range l.Columns {
		fmt.Printf("%s: %v\n", c.Name, c.Role)
	}
	// Output:
	// csv, utf-8, delimiter '\t', long form
	// identifier: identifier
	// identifierType: type
	// note: other
}
