package main

import "testing"

// One API has one journal, however its address is typed.
func TestIdentityInAnySpelling(t *testing.T) {
	a := &app{getenv: func(name string) string { return map[string]string{"ALTA_API_TOKEN": "test-token"}[name] }}
	identity := func(base string) string {
		f := apiFlags{baseURL: base, workers: 1, timeout: 1, maxAttempts: 1, maxQuotaWait: 1, maxOutage: 1}
		f.rate.PerMinute = 97
		target, err := f.resolve(a)
		if err != nil {
			t.Fatal(err)
		}
		return target.identity.BaseURL
	}
	for _, same := range [][2]string{
		{"https://api.example.com/v1", "https://API.example.com:443/v1/"},
		{"http://127.0.0.1:8080/v1", "http://localhost:8080/v1"},
	} {
		if a, b := identity(same[0]), identity(same[1]); a != b {
			t.Errorf("%s is %q, %s is %q", same[0], a, same[1], b)
		}
	}
	if a, b := identity("https://api.example.com/v1"), identity("https://api.example.com/v2"); a == b {
		t.Errorf("both are %q", a)
	}
}
