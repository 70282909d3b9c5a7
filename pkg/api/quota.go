package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
)

// Quota is the account's request quota as the headers of an answer describe it.
// Alta counts requests per account, over all endpoints and all tokens together,
// so what remains can fall without a request of ours.
//
// Alta's reference names the RateLimit-* headers; what else is understood is
// what limiters and gateways send that may stand in front of it: see parseQuota.
type Quota struct {
	// Known reports whether Remaining and Reset were both there and made sense.
	Known bool
	// Limit is how many requests a window allows; 0 if it was not given.
	Limit int
	// Remaining is how many requests the current window still allows, >= 0.
	Remaining int
	// Reset is how long until the window resets, from 0 to an hour.
	Reset time.Duration
}

// maxReset is the longest reset that makes sense for a quota that is counted by
// the minute. A longer one is a day's quota, or counts in another unit.
const maxReset = time.Hour

// parseQuota reads the quota in any of the spellings that are in use. In order:
//
//	RateLimit: "default";r=50;t=30       with RateLimit-Policy: "default";q=100;w=60
//	RateLimit: limit=100, remaining=50, reset=30
//	RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset
//	X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset
//
// The first three are revisions 8, 7 and 6 of the IETF draft
// draft-ietf-httpapi-ratelimit-headers, the last is what Kong, Envoy, Fastify and
// GitHub send. What makes no sense counts as absent: nonsense must not set the
// pace.
func parseQuota(h http.Header) Quota {
	limit := 0
	for _, q := range []Quota{draft8(h), draft7(h), threeHeaders(h, "RateLimit"), threeHeaders(h, "X-RateLimit")} {
		if q.Known {
			return q
		}
		limit = max(limit, q.Limit)
	}
	return Quota{Limit: limit}
}

// told is what headers say about a quota; nil for what they do not say.
type told struct{ limit, remaining, reset *int64 }

// quota is what can be believed of it. More remaining than the limit, a negative
// number and a reset too far away cannot.
func (t told) quota(h http.Header) Quota {
	const most = 1_000_000_000
	var q Quota
	if t.limit != nil && *t.limit > 0 {
		q.Limit = int(min(*t.limit, most))
	}
	if t.remaining == nil || t.reset == nil || *t.remaining < 0 || q.Limit > 0 && *t.remaining > int64(q.Limit) {
		return q
	}
	reset, ok := resetIn(*t.reset, h)
	if !ok {
		return q
	}
	q.Known, q.Remaining, q.Reset = true, int(min(*t.remaining, most)), reset
	return q
}

// resetIn reads a reset: seconds from now, or a Unix time in seconds or
// milliseconds, which counts from the server's own clock if the answer gives it.
func resetIn(n int64, h http.Header) (time.Duration, bool) {
	const century = 3_000_000_000 // s; Unix times in milliseconds are far above
	if n > 1_000_000_000 {
		at := time.Unix(n, 0)
		if n > century {
			at = time.UnixMilli(n)
		}
		now, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		in := max(at.Sub(now), 0)
		return in, in <= maxReset
	}
	if n < 0 || n > int64(maxReset/time.Second) {
		return 0, false
	}
	return time.Duration(n) * time.Second, true
}

// draft8 reads a list of quotas, each named: RateLimit has what remains,
// RateLimit-Policy the limits. Of several credible ones, the one with the least
// remaining counts.
func draft8(h http.Header) Quota {
	list, err := httpsfv.UnmarshalList(h.Values("RateLimit"))
	if err != nil {
		return Quota{}
	}
	limits := policies(h)
	var least Quota
	for _, member := range list {
		item, ok := member.(httpsfv.Item)
		if !ok {
			continue
		}
		q := told{limits[name(item)], integer(item.Params, "r"), integer(item.Params, "t")}.quota(h)
		if q.Known && (!least.Known || q.Remaining < least.Remaining) {
			least = q
		}
	}
	return least
}

// policies returns the limits that RateLimit-Policy names.
func policies(h http.Header) map[string]*int64 {
	limits := map[string]*int64{}
	list, err := httpsfv.UnmarshalList(h.Values("RateLimit-Policy"))
	if err != nil {
		return limits
	}
	for _, member := range list {
		if item, ok := member.(httpsfv.Item); ok {
			limits[name(item)] = integer(item.Params, "q")
		}
	}
	return limits
}

// name returns what a quota is called: a string, or a token with some senders.
func name(item httpsfv.Item) string {
	switch v := item.Value.(type) {
	case string:
		return v
	case httpsfv.Token:
		return string(v)
	}
	return ""
}

func integer(params *httpsfv.Params, name string) *int64 {
	v, _ := params.Get(name)
	if n, ok := v.(int64); ok {
		return &n
	}
	return nil
}

// draft7 reads a dictionary.
func draft7(h http.Header) Quota {
	dict, err := httpsfv.UnmarshalDictionary(h.Values("RateLimit"))
	if err != nil {
		return Quota{}
	}
	get := func(name string) *int64 {
		member, _ := dict.Get(name)
		if item, ok := member.(httpsfv.Item); ok {
			if n, ok := item.Value.(int64); ok {
				return &n
			}
		}
		return nil
	}
	return told{get("limit"), get("remaining"), get("reset")}.quota(h)
}

// threeHeaders reads a header for each number. Their first number counts: limits
// are followed by policies ("100, 100;w=60") in the draft and with Envoy. A
// header that comes twice with different values is as good as absent.
func threeHeaders(h http.Header, prefix string) Quota {
	get := func(name string) *int64 {
		values := h.Values(prefix + name)
		if len(values) == 0 {
			return nil
		}
		for _, v := range values[1:] {
			if v != values[0] {
				return nil
			}
		}
		number, _, _ := strings.Cut(values[0], ",")
		number, _, _ = strings.Cut(number, ";")
		if n, ok := parseCount(strings.TrimSpace(number)); ok {
			return &n
		}
		return nil
	}
	return told{get("-Limit"), get("-Remaining"), get("-Reset")}.quota(h)
}
