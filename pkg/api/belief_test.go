package api_test

import (
	"net/http"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
)

// TestAbsence: a 404 is believed only if the API itself can have given it.
// Believing anything else would finish a list for good that was never looked at.
func TestAbsence(t *testing.T) {
	const path, account, others = "does not know the path", "speaks of the account", "not the 404 that the API documents"
	for name, c := range map[string]struct {
		body, why string // "" for believed
	}{
		"documented":             {`{"error":"NotFound","message":"Resource not found"}`, ""},
		"with a request id":      {`{"error":"NotFound","message":"Resource not found","requestId":"a/b","details":null}`, ""},
		"in other words":         {`{"error":"NotFound","message":"Communication opt-out not found"}`, ""},
		"with the identifier":    {`{"error":"NotFound","message":"ada.lovell@example.com is not on the Do Not Contact list"}`, ""},
		"hapi, Nest":             {`{"statusCode":404,"error":"Not Found","message":"Not Found"}`, others},
		"status beside":          {`{"statusCode":404,"error":"NotFound","message":"Resource not found"}`, others},
		"status, spelled":        {`{"error":"NotFound","message":"Resource not found","http_status":"404"}`, others},
		"code beside":            {`{"error":"NotFound","message":"Resource not found","code":404}`, others},
		"status within":          {`{"error":"NotFound","message":"Resource not found","meta":{"status":404}}`, others},
		"the status's name":      {`{"error":"NotFound","message":"Not Found."}`, others},
		"number in the message":  {`{"error":"NotFound","message":"Error 404"}`, others},
		"another error":          {`{"error":"ServiceUnavailable","message":"Resource not found"}`, others},
		"no upstream":            {`{"error":"NotFound","message":"no healthy upstream"}`, others},
		"no service":             {`{"error":"NotFound","message":"Service not found"}`, others},
		"no account":             {`{"error":"NotFound","message":"Account not found"}`, account},
		"no workspace":           {`{"error":"NotFound","message":"The workspace does not exist"}`, account},
		"no user":                {`{"error":"NotFound","message":"User not found"}`, account},
		"Express":                {`{"error":"NotFound","message":"Cannot DELETE /v1/dnc/communication-opt-outs"}`, path},
		"Express, another base":  {`{"error":"NotFound","message":"Cannot DELETE /v2"}`, path},
		"Fastify":                {`{"error":"NotFound","message":"Route DELETE:/dnc/communication-opt-outs not found"}`, path},
		"Spring":                 {`{"error":"NotFound","message":"No static resource v1/dnc/communication-opt-outs."}`, path},
		"Spring, shortened":      {`{"error":"NotFound","message":"No static resource v1/dnc…"}`, path},
		"escaped for JSON":       {`{"error":"NotFound","message":"Nothing at v1\u002fdnc"}`, path},
		"escaped with backslash": {`{"error":"NotFound","message":"Nothing at \/dnc\/communication-opt-outs"}`, path},
		"another path":           {`{"error":"NotFound","message":"Nothing at /elsewhere"}`, path},
		"a method":               {`{"error":"NotFound","message":"No match for DELETE"}`, path},
		"in capitals, shortened": {`{"error":"NotFound","message":"Resource not found","info":"V1/DNC"}`, path},
		"path beside":            {`{"error":"NotFound","message":"Resource not found","path":"/"}`, path},
		"path under a new name":  {`{"error":"NotFound","message":"Resource not found","requestedResource":"/V1/DNC/Communication-Opt-Outs"}`, path},
		"percent-encoded":        {`{"error":"NotFound","message":"Resource not found","info":"%2Fv1%2Fdnc%2Fcommunication-opt-outs"}`, path},
		"as an entity":           {`{"error":"NotFound","message":"Resource not found","info":"v1&#x2F;dnc"}`, path},
		"without slashes":        {`{"error":"NotFound","message":"Resource not found","info":"v1.dnc.communication_opt_outs"}`, path},
		"deep within":            {`{"error":"NotFound","message":"Resource not found","meta":[{"route":"x"}]}`, path},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := answered(t, 404, http.Header{"Content-Type": {"application/json"}}, c.body).Remove(t.Context(), ada)
			want := api.NotFound
			if c.why != "" {
				want = api.Foreign
			}
			if kindOf(err) != want || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%v (%v), want %v, %q", err, kindOf(err), want, c.why)
			}
			checkClean(t, err)
		})
	}
}

// The identifier may hold any word: what the API says of it is not the path.
func TestAbsenceOfOddIdentifiers(t *testing.T) {
	for _, id := range []api.Identifier{
		{Type: api.LinkedIn, Value: "https://www.linkedin.com/in/account-page-404"},
		{Type: api.WebChat, Value: "user/4711"},
		{Type: api.Email, Value: "service.account@example.com"},
		{Type: api.WebChat, Value: "/dnc/communication-opt-outs"},
	} {
		body := `{"error":"NotFound","message":"` + id.Value + ` not found"}`
		_, err := answered(t, 404, http.Header{"Content-Type": {"application/json"}}, body).Remove(t.Context(), id)
		if kindOf(err) != api.NotFound {
			t.Errorf("%v: %v", id, err)
		}
	}
}

// TestConfirmation: a 200 that says no is not a removal.
func TestConfirmation(t *testing.T) {
	for name, c := range map[string]struct {
		body, why string // "" for confirmed
	}{
		"nothing":               {``, ""},
		"empty object":          {`{}`, ""},
		"says so":               {`{"success":true,"message":"Removed"}`, ""},
		"names the list":        {`{"message":"ada.lovell@example.com was removed from the Do Not Contact list"}`, ""},
		"status":                {`{"status":"ok","code":200,"statusCode":204}`, ""},
		"a count":               {`{"deleted":1,"failed":0,"errors":[],"error":null}`, ""},
		"the entry":             {`{"data":{"id":"1","identifier":"Ada.Lovell@Example.com","identifierType":"email","isManuallyAdded":false,"label":"Not a customer"}}`, ""},
		"deleted false":         {`{"deleted":false}`, "deleted"},
		"deleted none":          {`{"deletedCount":0}`, "deletedcount"},
		"deleted nobody":        {`{"removed":[]}`, "removed"},
		"deleted null":          {`{"deleted":null}`, "deleted"},
		"deleted in words":      {`{"deleted":"no"}`, "deleted"},
		"deleted nothing":       {`{"removed":"nothing there"}`, "removed"},
		"ok false":              {`{"ok":false}`, "ok"},
		"ok 0":                  {`{"ok":0}`, "ok"},
		"found false":           {`{"found":false}`, "found"},
		"false within":          {`{"data":[{"result":{"Deleted":false}}]}`, "deleted"},
		"status code":           {`{"statusCode":500}`, "statuscode"},
		"status code as text":   {`{"status_code":"404"}`, "statuscode"},
		"status 404":            {`{"status":404}`, "status"},
		"status in words":       {`{"status":"failed"}`, "status"},
		"not yet":               {`{"status":"queued"}`, "status"},
		"not done":              {`{"message":"Identifier could not be removed"}`, "message"},
		"unable":                {`{"result":"Unable to remove"}`, "result"},
		"error as text":         {`{"error":"x"}`, "error"},
		"error in capitals":     {`{"ERROR":{"code":1}}`, "error"},
		"failed true":           {`{"failed":true}`, "failed"},
		"error within":          {`{"data":{"errors":["x"]}}`, "errors"},
		"another identifier":    {`{"identifier":"bob@example.com"}`, "another identifier"},
		"another type":          {`{"identifier":"ada.lovell@example.com","identifierType":"sms"}`, "another identifier"},
		"array":                 {`[]`, "another shape"},
		"array of one":          {`[{"deleted":true}]`, "another shape"},
		"text":                  {`"error"`, "another shape"},
		"friendly text":         {`"OK"`, "another shape"},
		"null":                  {`null`, "another shape"},
		"true":                  {`true`, "another shape"},
		"number":                {`1`, "another shape"},
		"names told twice":      {`{"deleted":true,"deleted":false}`, "broken JSON"},
		"documented error, 200": {`{"error":"NotFound","message":"Resource not found"}`, "an error under status 200"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := answered(t, 200, http.Header{"Content-Type": {"application/json"}}, c.body).Remove(t.Context(), ada)
			if c.why == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if k := kindOf(err); k != api.Foreign && k != api.Unreadable || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%v (%v), want %q in it", err, k, c.why)
			}
		})
	}
}
