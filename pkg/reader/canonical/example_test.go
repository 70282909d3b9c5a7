package canonical_test

import (
	"fmt"

	"altadnc-bulk/pkg/api"
	"altadnc-bulk/pkg/reader/canonical"
)

func ExampleRules_Canonical() {
	rules := canonical.Rules{Region: "US"}
	for _, id := range []api.Identifier{
		{Type: api.LinkedIn, Value: "de.linkedin.com/in/Ada-Lovell/?trk=x"},
		{Type: api.Phone, Value: "(415) 555-0123"},
		{Type: api.Phone, Value: "1.41556E+10"},
	} {
		got, refusal := rules.Canonical(id)
		if refusal != nil {
			fmt.Println(refusal.Code)
			continue
		}
		fmt.Println(got.Value)
	}
	// Output:
	// https://www.linkedin.com/in/ada-lovell
	// +14155550123
	// scientific-notation
}
