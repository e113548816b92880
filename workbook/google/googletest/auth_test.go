package googletest

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"
)

// status is the code of an error of the API, and its message.
func status(t *testing.T, err error) (int, string) {
	t.Helper()
	fault, ok := err.(*googleapi.Error)
	if !ok {
		t.Fatalf("no error of the API: %v", err)
	}
	return fault.Code, fault.Message + " " + fault.Body
}

func TestOnlyALiveTokenOfEnoughScopeOpens(t *testing.T) {
	now := time.Now()
	s, id, _ := start(t, Options{Now: func() time.Time { return now }})
	call := func(token, method string) (int, string) {
		r, err := http.NewRequest(method, s.URL+"/v4/spreadsheets/"+id, nil)
		if method == http.MethodPost {
			r, err = http.NewRequest(method, s.URL+"/v4/spreadsheets/"+id+":batchUpdate", strings.NewReader(`{"requests": [{"clearBasicFilter": {}}]}`))
		}
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return read(t, answer)
	}
	reader, writer := s.Token(Account, ScopeRead), s.Token(Account, ScopeWrite)
	for _, c := range []struct {
		name, token, method string
		code                int
	}{
		{"none", "", "GET", 401}, {"made up", "ya29.x", "GET", 401}, {"reader reads", reader, "GET", 200}, {"reader writes", reader, "POST", 403},
		{"writer reads", writer, "GET", 200}, {"writer writes", writer, "POST", 200}, {"another's scope", s.Token(Account, "https://www.googleapis.com/auth/gmail"), "GET", 403},
	} {
		if code, message := call(c.token, c.method); code != c.code {
			t.Errorf("%s: %d %s", c.name, code, message)
		}
	}
	_, message := call(reader, "POST")
	if !strings.Contains(message, "insufficient authentication scopes") {
		t.Error(message)
	}
	s.Revoke()
	if code, _ := call(writer, "GET"); code != 401 {
		t.Errorf("a token that was taken back gave %d", code)
	}
	if again := s.Token(Account, ScopeWrite); again == writer {
		t.Error("a token that was taken back was given out again")
	} else {
		writer = again
	}
	now = now.Add(time.Hour)
	if code, _ := call(writer, "GET"); code != 200 {
		t.Errorf("in its hour a token gave %d", code)
	}
	now = now.Add(time.Second)
	if code, _ := call(writer, "GET"); code != 401 {
		t.Errorf("after its hour a token gave %d", code)
	}
}

func TestPermissionsAreTellingApart(t *testing.T) {
	s, id, api := start(t, Options{})
	write := func(id string) error {
		_, err := api.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: []*sheets.Request{{ClearBasicFilter: &sheets.ClearBasicFilterRequest{}}}}).Do()
		return err
	}
	read := func(id string) error { _, err := api.Spreadsheets.Get(id).Do(); return err }
	if read(id) != nil || write(id) != nil {
		t.Fatal("an editor may read and write")
	}
	s.Share(id, Account, Viewer)
	code, message := status(t, write(id))
	want(t, code, 403, message, "The caller does not have permission")
	if err := read(id); err != nil {
		t.Errorf("a viewer reads: %v", err)
	}
	s.Share(id, Account, NoRole)
	code, message = status(t, read(id))
	want(t, code, 403, message, "PERMISSION_DENIED")
	code, message = status(t, read("nowhere"))
	want(t, code, 404, message, "Requested entity was not found.")
	s.Share(id, Account, Editor)
	s.FillStorage(id, true)
	code, message = status(t, write(id))
	want(t, code, 403, message, "storageQuotaExceeded")
	s.FillStorage(id, false)
	s.Disable(true)
	code, message = status(t, read(id))
	want(t, code, 403, message, "SERVICE_DISABLED")
	s.Disable(false)
	if err := write(id); err != nil {
		t.Errorf("in the end: %v", err)
	}
	s.Trash(id)
	code, message = status(t, read(id))
	want(t, code, 404, message, "NOT_FOUND")
}

func TestAKeyIsRefusedThatIsNotOursOrNotOfNow(t *testing.T) {
	s, id, _ := start(t, Options{})
	other, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	dir := t.TempDir()
	name, err := other.KeyFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(key), other.URL, s.URL)), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign, err := sheets.NewService(t.Context(), option.WithEndpoint(s.URL), option.WithAuthCredentialsFile(option.ServiceAccount, name), option.WithScopes(ScopeWrite))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := foreign.Spreadsheets.Get(id).Do(); err == nil || !strings.Contains(err.Error(), "Invalid JWT Signature") {
		t.Errorf("a foreign key: %v", err)
	}
	late, err := New(Options{Now: func() time.Time { return time.Now().Add(2 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { late.Close() })
	if _, err := client(t, late).Spreadsheets.Get(id).Do(); err == nil || !strings.Contains(err.Error(), "reasonable timeframe") {
		t.Errorf("a clock that is two hours off: %v", err)
	}
	s.RefuseTokens("Account has been deleted")
	if _, err := client(t, s).Spreadsheets.Get(id).Do(); err == nil || !strings.Contains(err.Error(), "invalid_grant") {
		t.Errorf("a deleted account: %v", err)
	}
	s.RefuseTokens("")
	if _, err := client(t, s).Spreadsheets.Get(id).Do(); err != nil {
		t.Errorf("negative control: %v", err)
	}
	answer, err := http.PostForm(s.URL+"/token", url.Values{"grant_type": {"password"}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != 400 {
		t.Errorf("a password gave %s", answer.Status)
	}
}

func TestG04QuotasRefuseTheCallAfterTheSixtiethOfAMinute(t *testing.T) {
	now := time.Now()
	_, id, api := start(t, Options{Now: func() time.Time { return now }})
	read := func() error { _, err := api.Spreadsheets.Get(id).Fields("spreadsheetId").Do(); return err }
	write := func() error {
		_, err := api.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: []*sheets.Request{{ClearBasicFilter: &sheets.ClearBasicFilterRequest{}}}}).Do()
		return err
	}
	for i := range PerUser {
		if err := read(); err != nil {
			t.Fatalf("read %d: %v", i+1, err)
		}
	}
	code, message := status(t, read())
	want(t, code, 429, message, "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service 'sheets.googleapis.com'")
	want(t, code, 429, message, "RATE_LIMIT_EXCEEDED")
	for i := range PerUser {
		if err := write(); err != nil {
			t.Fatalf("write %d: %v", i+1, err)
		}
	}
	code, message = status(t, write())
	want(t, code, 429, message, "'Write requests per minute per user'")
	now = now.Add(time.Minute - time.Second)
	code, _ = status(t, read())
	want(t, code, 429, "", "")
	now = now.Add(time.Second)
	if err := read(); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestG04QuotasOfTheProjectCountAllUsers(t *testing.T) {
	now := time.Now()
	s, id, _ := start(t, Options{Now: func() time.Time { return now }})
	refused := 0
	for user := range 6 {
		address := string(rune('a'+user)) + "@example.com"
		s.Share(id, address, Viewer)
		client := &http.Client{Transport: bearer{s.Token(address, ScopeRead), http.DefaultTransport}}
		for range PerUser {
			answer, err := client.Get(s.URL + "/v4/spreadsheets/" + id + "?fields=spreadsheetId")
			if err != nil {
				t.Fatal(err)
			}
			if code, message := read(t, answer); code == 429 {
				refused++
				want(t, code, 429, message, "limit 'Read requests per minute' of")
			}
		}
	}
	if refused != 6*PerUser-PerProject {
		t.Errorf("%d calls were refused", refused)
	}
}
