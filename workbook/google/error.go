package google

import (
	"errors"
	"strings"
)

// Kind says why a spreadsheet could not be read or written.
type Kind int

// The kinds of errors.
const (
	Settings  Kind = iota // an id, an endpoint, a key file, that cannot be used as it stands
	SignIn                // Google does not let the account in
	Disabled              // the Sheets API is not enabled in the account's project
	NotShared             // the account may not see the spreadsheet
	ViewOnly              // the account may see it, and not write
	NotFound              // there is no such spreadsheet
	TabGone               // a tab that was ours, or that was asked for, is not there
	Protected             // somebody has locked cells of ours
	Quota                 // too many calls, for longer than we wait
	Storage               // the owner's storage is full
	TooLarge              // more cells or bytes than Google takes
	Down                  // Google, or the way to it, does not work
	Answer                // what answered is not the Sheets API, or broke off
	Unclear               // a write whose outcome could not be read back
	Refused               // Google refused for another reason
)

// Error says what could not be done, why, and the step that mends it. It never holds a
// key, a token or what a key file holds, nor the error of a library, which might.
type Error struct {
	Kind   Kind
	Doing  string // what was being done, and with what
	Says   string // why it could not be done
	Do     string // the step that mends it; "" if there is none but to try later
	Status int    // of HTTP; 0 if there was no answer

	cause   error // of the context, if it ended
	again   bool  // worth another try
	unclear bool  // a write that may have been done
	stale   bool  // the spreadsheet was changed since it was read
	after   wait  // as Google asked
}

func (e *Error) Error() string {
	text := e.Says
	if e.Doing != "" {
		text = e.Doing + ": " + text
	}
	if e.Do != "" {
		text += "; " + e.Do
	}
	return text
}

// Unwrap returns the error of a context that ended, and no other.
func (e *Error) Unwrap() error { return e.cause }

// Temporary says that the same call may work later, with nothing mended.
func (e *Error) Temporary() bool {
	switch e.Kind {
	case Quota, Down, Unclear:
		return true
	case Answer:
		return e.again
	}
	return false
}

// kindOf returns the kind of an error of this package, and whether it is one.
func kindOf(err error) (Kind, bool) {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind, true
	}
	return 0, false
}

// share is the step by which the account gets at a spreadsheet.
func (c *Client) share(as string) string {
	who := c.account
	if who == "" {
		who = "the account that signs in"
	}
	return "open the spreadsheet, press Share, enter " + who + ", choose " + as + ", press Send"
}

// short is as much of an id as tells one spreadsheet from another. Who knows all of it can
// open a spreadsheet that is shared by its link.
func short(id string) string {
	if len(id) <= 8 {
		return "the spreadsheet " + id
	}
	return "the spreadsheet " + id[:8] + "…"
}

// scrubbed is a message of Google's without what must not be told: our token and key,
// whoever may have echoed them. It is one line of at most 300 bytes.
func (c *Client) scrubbed(message string) string {
	for _, secret := range c.secrets() {
		message = strings.ReplaceAll(message, secret, "***")
	}
	message = secretForm.ReplaceAllString(message, "***")
	message = strings.Join(strings.Fields(message), " ")
	if len(message) > 300 {
		message = strings.ToValidUTF8(message[:300], "") + "…"
	}
	return message
}
