package google

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"

	"google.golang.org/api/googleapi"
)

// secretForm is how tokens and keys look, whosever they are.
var secretForm = regexp.MustCompile(`(?i)bearer\s+\S+|ya29\.[\w.-]+|-----BEGIN[\s\S]*|eyJ[\w-]+\.[\w.-]+|"?private_key[^,}]*`)

// passing is how the library tells of a server of tokens that does not work.
var passing = regexp.MustCompile(`cannot fetch token: (5\d\d|408|429)`)

// projectForm is how Google tells the number of a project.
var projectForm = regexp.MustCompile(`project[s=/ ]+(\d{6,})`)

// consoleOfAPI is where the Sheets API is enabled.
const consoleOfAPI = "https://console.cloud.google.com/apis/library/sheets.googleapis.com"

// fault says in our words what a call ended with.
func (c *Client) fault(err error, doing string, t *trip) *Error {
	e := c.kind(err, t)
	e.Doing = doing
	e.unclear = t.write && t.sent && e.again && e.Kind != Quota
	return e
}

func (c *Client) kind(err error, t *trip) *Error {
	var answer *googleapi.Error
	switch {
	case t.foreign != "":
		return &Error{Kind: Answer, Status: t.status, Says: "the answer is " + t.foreign + ", not one of Google Sheets",
			Do: "a proxy or a login page stands between this machine and Google: sign in to the network, or let " + c.host + " pass"}
	case errors.As(err, &answer):
		return c.refusal(answer, t)
	case !t.began:
		return c.signIn(err)
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: Down, again: true, Says: "no whole answer within " + say(c.limit)}
	case broken(err):
		return &Error{Kind: Answer, again: true, Status: t.status, Says: "the answer broke off, or is not what Google Sheets answers"}
	}
	return c.network(err)
}

// broken says that an answer of 200 could not be read as what it should be.
func broken(err error) bool {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	return errors.As(err, &syntax) || errors.As(err, &kind) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// network says which part of the way to Google failed. Of the library's error it tells
// only what names no request.
func (c *Client) network(err error) *Error {
	var name *net.DNSError
	var cert *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case errors.As(err, &cert):
		return &Error{Kind: Answer, Says: "the certificate of " + c.host + " is not one that this machine trusts",
			Do: "a proxy that reads along needs its certificate installed on this machine"}
	case errors.As(err, &name):
		return &Error{Kind: Down, again: true, Says: "no address is known for " + name.Name, Do: "look at the network of this machine"}
	case errors.As(err, &op) && op.Err != nil:
		return &Error{Kind: Down, again: true, Says: "the connection to " + c.host + " failed: " + c.scrubbed(op.Err.Error())}
	}
	return &Error{Kind: Down, again: true, Says: "the connection to " + c.host + " was lost"}
}

// signIn says why there is no token. What the server of tokens answered is looked at and
// never told.
func (c *Client) signIn(err error) *Error {
	text := err.Error()
	var op *net.OpError
	var name *net.DNSError
	switch {
	case strings.Contains(text, "invalid_grant"):
		return &Error{Kind: SignIn, Says: "sign in again: Google does not accept the key",
			Do: "either the key was deleted or the account disabled (make a new key: IAM & Admin, Service accounts, Keys), or the clock of this machine is wrong"}
	case passing.MatchString(text):
		return &Error{Kind: Down, again: true, Says: "signing in: the server of tokens does not work at the moment"}
	case strings.Contains(text, "<html") || strings.Contains(text, "<HTML") || strings.Contains(text, "invalid character '<'"):
		return &Error{Kind: Answer, Says: "sign-in was answered by a web page, not by Google",
			Do: "a proxy or a login page stands between this machine and Google: sign in to the network"}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: Down, again: true, Says: "signing in had no answer within " + say(c.limit)}
	case errors.As(err, &name), errors.As(err, &op):
		e := c.network(err)
		e.Says = "signing in: " + strings.Replace(e.Says, c.host, "the server of tokens", 1)
		return e
	case broken(err), strings.Contains(text, "unexpected end of JSON"):
		return &Error{Kind: Down, again: true, Says: "signing in: the server of tokens does not work at the moment"}
	case strings.Contains(text, "could not find default credentials"):
		return c.noDefault()
	}
	return &Error{Kind: SignIn, Says: "sign in again: Google gives no token for these credentials",
		Do: "make a new key for the service account (IAM & Admin, Service accounts, Keys), and name its file in tearsheet.yaml"}
}

// gcloudLogin is the command by which a person signs in; without the scopes it gives no leave
// for spreadsheets.
const gcloudLogin = "gcloud auth application-default login --scopes=" + scopeWrite + ",https://www.googleapis.com/auth/cloud-platform"

func (c *Client) noDefault() *Error {
	return &Error{Kind: SignIn, Says: "there are no application default credentials on this machine",
		Do: "name a service account's key file under google: in tearsheet.yaml, or run " + gcloudLogin}
}

// refusal says what an answer other than 2xx means.
func (c *Client) refusal(a *googleapi.Error, t *trip) *Error {
	e := &Error{Status: a.Code}
	switch code := a.Code; {
	case code == http.StatusUnauthorized:
		e.Kind, e.Says = SignIn, "sign in again: Google does not know the account, or its token was withdrawn"
		e.Do = "make a new key for the service account, or run " + gcloudLogin
	case code == http.StatusForbidden:
		c.forbidden(e, a, t)
	case code == http.StatusNotFound:
		e.Kind, e.Says = NotFound, "there is no spreadsheet with this id; it was deleted, or the id is not whole"
		e.Do = "copy its address from the browser into tearsheet.yaml, and " + c.share(t.role)
	case code == http.StatusTooManyRequests:
		e.Kind, e.again, e.after = Quota, true, c.asked(a.Header)
		e.Says = "Google's quota of calls a minute is used up, by this account or by its project"
	case code == http.StatusRequestEntityTooLarge:
		e.Kind, e.Says, e.Do = TooLarge, "the sheet is larger than Google takes in one write", "print fewer weeks or metrics"
	case code == http.StatusRequestTimeout || code >= 500 && code != http.StatusNotImplemented:
		e.Kind, e.again, e.after = Down, true, c.asked(a.Header)
		e.Says = "Google Sheets does not work at the moment (" + http.StatusText(code) + ")"
	default:
		c.badRequest(e, a)
	}
	return e
}

// has says whether an answer holds one of some words of Google's.
func has(a *googleapi.Error, words ...string) bool {
	for _, word := range words {
		if strings.Contains(strings.ToLower(a.Message+a.Body), strings.ToLower(word)) {
			return true
		}
	}
	return false
}

func (c *Client) forbidden(e *Error, a *googleapi.Error, t *trip) {
	switch {
	case has(a, "quota project"):
		e.Kind, e.Says = SignIn, "the credentials are a person's, and name no project for the calls"
		e.Do = "run gcloud auth application-default set-quota-project with a project in which the Sheets API is enabled, or use a service account's key file"
	case has(a, "SERVICE_DISABLED", "accessNotConfigured", "has not been used in project"):
		e.Kind, e.Says = Disabled, "the Google Sheets API is not enabled in the account's project"
		e.Do = "open " + consoleOfAPI + ", choose the project of the account, press Enable, wait a minute"
		if project := projectForm.FindStringSubmatch(a.Message + a.Body); project != nil {
			e.Do = "open " + consoleOfAPI + "?project=" + project[1] + ", press Enable, wait a minute"
		}
	case has(a, "SCOPE_INSUFFICIENT", "insufficient authentication scopes"):
		e.Kind, e.Says = SignIn, "sign in again: the credentials were made without leave for spreadsheets"
		e.Do = "run " + gcloudLogin
	case has(a, "storageQuotaExceeded", "storage quota"):
		e.Kind, e.Says = Storage, "the storage of the spreadsheet's owner is full"
		e.Do = "let the owner free some; trying again does not help"
	case has(a, "rateLimitExceeded", "RATE_LIMIT_EXCEEDED", "quotaExceeded"):
		e.Kind, e.again, e.after = Quota, true, c.asked(a.Header)
		e.Says = "Google's quota of calls is used up, by this account or by its project"
	case has(a, "protected cell", "protected range"):
		c.locked(e)
	case t.write:
		e.Kind, e.Says, e.Do = ViewOnly, "the account may see the spreadsheet, and not change it", c.share("Editor")
	default:
		e.Kind, e.Says, e.Do = NotShared, "the spreadsheet is not shared with the account", c.share(t.role)
	}
}

func (c *Client) locked(e *Error) {
	who := c.account
	if who == "" {
		who = "the account that signs in"
	}
	e.Kind, e.Says = Protected, "somebody has protected cells or a tab that we write"
	e.Do = "open Data, Protect sheets and ranges, and allow " + who + " to edit, or remove the protection"
}

func (c *Client) badRequest(e *Error, a *googleapi.Error) {
	switch {
	case has(a, "protected cell", "protected range"):
		c.locked(e)
	case has(a, "not supported for this document"):
		e.Kind, e.Says = Refused, "it is an Office file that lies in Google Drive, not a spreadsheet of Google's"
		e.Do = "open it, choose File, Save as Google Sheets, and give the address of the new one"
	case has(a, "limit of 10000000 cells", "above the limit"):
		e.Kind, e.Says, e.Do = TooLarge, "the spreadsheet has as many cells as Google allows", "delete tabs that nobody needs"
	default:
		e.Kind, e.stale = Refused, true
		e.Says = "Google refuses the request: " + c.scrubbed(a.Message)
		e.Do = "run again; if it is refused again, tell us of it with this message"
	}
}
