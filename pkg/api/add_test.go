package api_test

import (
	"errors"
	"strings"
	"testing"

	"altadnc-bulk/pkg/api"
)

func TestAddRefuses(t *testing.T) {
	some := func(n int) []api.NewOptOut {
		list := make([]api.NewOptOut, n)
		for i := range list {
			list[i].Identifier = ada
		}
		return list
	}
	bad := some(3)
	bad[1].Value = ""
	unnamed := some(2)
	unnamed[1].Name = "\xff"
	client := mustClient(t, api.Config{BaseURL: "http://127.0.0.1:1"}) // nothing listens there
	for name, c := range map[string]struct {
		list []api.NewOptOut
		text string
	}{
		"nobody":            {nil, "0 identifiers: one request adds between 1 and 500"},
		"too many":          {some(501), "501 identifiers"},
		"one without value": {bad, "identifier 2 of 3: identifier is empty"},
		"name not UTF-8":    {unnamed, "invalid UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Add(t.Context(), api.Addition{Identifiers: c.list})
			e, ok := errors.AsType[*api.Error](err)
			if !ok || e.Kind != api.Rejected || e.Sent || e.Op != "POST /dnc/communication-opt-outs" || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %v", err)
			}
		})
	}
	for _, limit := range []int{-1, 101} {
		if _, _, err := client.List(t.Context(), api.ListRequest{Limit: limit}); kindOf(err) != api.Rejected {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

func TestAddAnswers(t *testing.T) {
	addition := api.Addition{Identifiers: []api.NewOptOut{{Identifier: ada}}}
	for _, c := range []struct {
		status int
		body   string
		want   api.Kind
	}{
		{200, "", 0},
		{200, `{"data":[]}`, 0},
		{200, `{"data":[{"note":"` + strings.Repeat("x", 1<<20) + `"}]}`, 0},
		{200, `{"error":"E","message":"x"}`, api.Foreign},
		{200, `<html>`, api.Unreadable},
		{201, "", api.Foreign},
		{400, `{"error":"ValidationError","message":"x"}`, api.Rejected},
		{404, `{"error":"NotFound","message":"Cannot POST /v9/x"}`, api.Foreign},
	} {
		client := answered(t, c.status, map[string][]string{"Content-Type": {"application/json"}}, c.body)
		if _, err := client.Add(t.Context(), addition); kindOf(err) != c.want {
			t.Errorf("%d %.60s: got %v, want %v", c.status, c.body, err, c.want)
		}
	}
}
