package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// obstacle says what in err blocks the way to host so that waiting does not fix
// it, and what to do about it; "" for trouble that may pass.
func obstacle(host string, err error) string {
	var (
		refusal     *proxyRefusal
		certificate *tls.CertificateVerificationError
		noTLS       tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &refusal):
		return refusal.advice(host)
	case errors.As(err, &certificate):
		return describeCertificate(certificate) + adviceOn(certificate.Err)
	case errors.As(err, &noTLS) && string(noTLS.RecordHeader[:]) == "HTTP/":
		return fmt.Sprintf("%s answers in plain http where it should speak TLS: is the port of the base URL right, or is something in between?", host)
	case errors.As(err, &noTLS):
		return fmt.Sprintf("what answers at %s does not speak TLS: is the port of the base URL right, or is something in between?", host)
	}
	return ""
}

// proxyRefusal is the error of a proxy that did not let a request through to the
// API.
type proxyRefusal struct {
	proxy    string // scheme, host and port: its user and password are left out
	login    bool   // they were given
	status   int
	location string
}

// checkProxy turns a proxy's answer to CONNECT into an error, unless it leads on.
func checkProxy(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyRefusal{
		proxy: proxy.Scheme + "://" + proxy.Host, login: proxy.User != nil,
		status: answer.StatusCode, location: answer.Header.Get("Location"),
	}
}

func (e *proxyRefusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("the proxy %s answered %d %s", e.proxy, e.status, http.StatusText(e.status)))
}

// advice says what to do about a refusal, "" if it may pass on its own.
func (e *proxyRefusal) advice(host string) string {
	switch {
	case e.status >= 500, e.status == http.StatusRequestTimeout, e.status == http.StatusTooManyRequests:
		return ""
	case e.status == http.StatusProxyAuthRequired && e.login:
		return "the proxy rejects the user and password in HTTPS_PROXY: correct them there"
	case e.status == http.StatusProxyAuthRequired:
		return "the proxy asks for a login: put a user and password into HTTPS_PROXY, as in http://user:password@host:port"
	case e.status >= 300 && e.status < 400:
		return fmt.Sprintf("the proxy asks for something first and answered with %s: do what that page asks for, or correct HTTPS_PROXY", describeRedirect(e.location))
	}
	return fmt.Sprintf("the proxy does not allow %s: have it allowed there, correct HTTPS_PROXY, or put the host into NO_PROXY", host)
}

// namesShown bounds the names that are shown of a certificate, which can have
// hundreds.
const namesShown = 5

// describeCertificate says whose a certificate is, by whom and until when.
func describeCertificate(e *tls.CertificateVerificationError) string {
	if len(e.UnverifiedCertificates) == 0 {
		return "the certificate does not verify"
	}
	c := e.UnverifiedCertificates[0]
	names := c.DNSNames
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		names = []string{c.Subject.CommonName}
	}
	if n := len(names) - namesShown; n > 0 {
		names = append(names[:namesShown:namesShown], fmt.Sprintf("and %d more", n))
	}
	return printable(fmt.Sprintf("the certificate is for %s, by %s, from %s to %s",
		strings.Join(names, ", "), c.Issuer, c.NotBefore.UTC().Format(time.DateOnly), c.NotAfter.UTC().Format(time.DateOnly)))
}

// adviceOn says what to do about a certificate that does not verify for this cause.
func adviceOn(cause error) string {
	var (
		invalid x509.CertificateInvalidError
		other   x509.HostnameError
		nobody  x509.UnknownAuthorityError
		noRoots x509.SystemRootsError
	)
	switch {
	case errors.As(cause, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("; this machine's clock says %s: is it right?", time.Now().UTC().Format(time.DateOnly))
	case errors.As(cause, &other):
		return fmt.Sprintf("; it is not for %s: is the base URL right, or is something in between?", other.Host)
	case errors.As(cause, &nobody), errors.As(cause, &noRoots):
		return "; this machine does not trust its issuer: if a proxy here inspects TLS, add its CA certificate to the trusted ones"
	}
	return ""
}

// unanswered is the error of a request that got no answer.
func (c *Client) unanswered(err error, sent bool) *Error {
	if why := obstacle(c.endpoint.Host, err); why != "" && !sent {
		return &Error{Kind: Unreachable, Err: fmt.Errorf("%w: %s", err, why)}
	}
	return &Error{Kind: Network, Sent: sent, Err: err}
}
