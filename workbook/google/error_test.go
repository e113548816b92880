package google

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/googleapi"
	"tearsheet/workbook/google/googletest"
)

func TestG01_G02_EachRefusalSaysWhatToDo(t *testing.T) {
	share := "press Share, enter " + googletest.Account + ", choose Editor"
	for name, c := range map[string]struct {
		do   func(d *desk)
		kind Kind
		says []string
	}{
		"not shared":     {func(d *desk) { d.Share(d.id, googletest.Account, googletest.NoRole) }, NotShared, []string{"is not shared with the account", share}},
		"view only":      {func(d *desk) { d.Share(d.id, googletest.Account, googletest.Viewer) }, ViewOnly, []string{"may see the spreadsheet, and not change it", share}},
		"deleted":        {func(d *desk) { d.Trash(d.id) }, NotFound, []string{"there is no spreadsheet with this id", share}},
		"API disabled":   {func(d *desk) { d.Disable(true) }, Disabled, []string{"API is not enabled", "press Enable", consoleOfAPI + "?project=100000000001"}},
		"storage full":   {func(d *desk) { d.FillStorage(d.id, true) }, Storage, []string{"storage of the spreadsheet's owner is full"}},
		"key deleted":    {func(d *desk) { d.RefuseTokens("Invalid JWT Signature.") }, SignIn, []string{"sign in again", "key was deleted", "clock of this machine"}},
		"token revoked":  {func(d *desk) { d.Fault(googletest.Get, 1).Do(d.Revoke) }, SignIn, []string{"sign in again"}},
		"cells locked":   {func(d *desk) { d.write(sampleBook(2, 1)); d.Person(d.id).Protect("Tearsheet", "B2:C4") }, Protected, []string{"has protected cells", "Protect sheets and ranges", googletest.Account}},
		"quota for ever": {func(d *desk) { d.Fault(googletest.Get, 1).Times(1000).Status(429) }, Quota, []string{"quota of calls", "try again later"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			c.do(d)
			_, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(2, 2), WriteOptions{})
			kind, ok := kindOf(err)
			if !ok || kind != c.kind {
				t.Fatalf("kind %d, want %d: %v", kind, c.kind, err)
			}
			for _, part := range append(c.says, "writing to the spreadsheet 1StandIn…: ") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q lacks %q", err, part)
				}
			}
			if kind != Quota && len(d.clock.slept) > 0 {
				t.Errorf("waited %v for what does not pass", d.clock.slept)
			}
			t.Log(err)
		})
	}
}

func TestRefusalsThatTheStandInDoesNotKnow(t *testing.T) {
	d := newDesk(t)
	for name, c := range map[string]struct {
		answer googleapi.Error
		write  bool
		kind   Kind
		says   string
	}{
		"scopes": {googleapi.Error{Code: 403, Message: "Request had insufficient authentication scopes."}, false, SignIn, "--scopes="},
		"gcloud's own project": {googleapi.Error{Code: 403, Message: "Your application is authenticating by using local Application Default Credentials. The sheets.googleapis.com API requires a quota project, which is not set by default.",
			Body: `{"reason": "SERVICE_DISABLED", "consumer": "projects/764086051850"}`}, false, SignIn, "set-quota-project"},
		"quota as 403":      {googleapi.Error{Code: 403, Body: `{"reason": "RATE_LIMIT_EXCEEDED"}`}, true, Quota, "quota"},
		"storage":           {googleapi.Error{Code: 403, Body: `{"reason": "storageQuotaExceeded"}`}, true, Storage, "storage"},
		"an Office file":    {googleapi.Error{Code: 400, Message: "This operation is not supported for this document"}, false, Refused, "Save as Google Sheets"},
		"ten million cells": {googleapi.Error{Code: 400, Message: "This action would increase the number of cells in the workbook above the limit of 10000000 cells."}, true, TooLarge, "as many cells"},
		"a protected cell":  {googleapi.Error{Code: 400, Message: "You are trying to edit a protected cell or object."}, true, Protected, "Protect sheets and ranges"},
		"too large":         {googleapi.Error{Code: 413}, true, TooLarge, "larger than Google takes"},
		"a bad request":     {googleapi.Error{Code: 400, Message: "Invalid requests[3].updateCells: no"}, true, Refused, "no; run again"},
	} {
		e := d.client.fault(&c.answer, "writing", &trip{began: true, write: c.write})
		if e.Kind != c.kind || !strings.Contains(e.Error(), c.says) || e.Temporary() != (c.kind == Quota) {
			t.Errorf("%s: kind %d, %v", name, e.Kind, e)
		}
	}
}

// keyText is the text of a key file with a canary in each of its secrets.
func keyText(t *testing.T, tokens string, change map[string]string) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := map[string]string{"type": "service_account", "client_email": "robot@example.iam.gserviceaccount.com", "private_key_id": "canary-key-id-0123456789",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": tokens}
	for k, v := range change {
		file[k] = v
	}
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func file(t *testing.T, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAKeyFileThatCannotBeUsedIsToldWithoutItsSecrets(t *testing.T) {
	const tokens = "https://oauth2.googleapis.com/token"
	whole := keyText(t, tokens, nil)
	for name, c := range map[string]struct {
		path string
		says string
	}{
		"missing":        {filepath.Join(t.TempDir(), "none.json"), "there is no such file"},
		"a folder":       {t.TempDir(), "cannot be read: is a directory"},
		"empty":          {file(t, []byte("\n")), "it is empty"},
		"cut":            {file(t, whole[:len(whole)/2]), "it is not JSON"},
		"of a user":      {file(t, []byte(`{"type":"authorized_user","refresh_token":"canary-refresh"}`)), "not the key of a service account"},
		"without a key":  {file(t, keyText(t, tokens, map[string]string{"private_key": ""})), "private_key or token_uri is missing"},
		"a broken key":   {file(t, keyText(t, tokens, map[string]string{"private_key": "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n"})), "its private_key is not a whole one"},
		"http elsewhere": {file(t, keyText(t, "http://tokens.example.com/", nil)), "its token_uri must be https"},
	} {
		_, err := Open(t.Context(), Options{Credentials: c.path, Clock: time.Now})
		if kind, ok := kindOf(err); !ok || kind != Settings || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "key file "+c.path) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "BEGIN")) {
			t.Errorf("%s: tells a secret: %v", name, err)
		}
	}
	for endpoint, fine := range map[string]bool{"https://sheets.googleapis.com": true, "http://127.0.0.1:1/": true, "http://localhost:1": true, "http://[::1]:80": true,
		"http://sheets.example.com/": false, "ftp://127.0.0.1/": false, "sheets": false, "https://user:canary@sheets.example.com/": false} {
		_, err := Open(t.Context(), Options{Credentials: file(t, whole), Endpoint: endpoint, Clock: time.Now})
		if (err == nil) != fine || err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}

func TestK04_AKeyFileThatOthersCanReadIsWarnedOf(t *testing.T) {
	path := file(t, keyText(t, "https://oauth2.googleapis.com/token", nil))
	var says []string
	open := func() {
		if _, err := Open(t.Context(), Options{Credentials: path, Clock: time.Now, Say: func(text string) { says = append(says, text) }}); err != nil {
			t.Fatal(err)
		}
	}
	open()
	if len(says) > 0 {
		t.Errorf("%q", says)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	open()
	if len(says) != 1 || !strings.Contains(says[0], "chmod 600") {
		t.Errorf("%q", says)
	}
}

// Servers that echo all they were sent, in every kind of answer.
func TestK01_K03_NoErrorTellsASecretWhateverTheServerEchoes(t *testing.T) {
	const token = "canary-token-of-the-account"
	var tokenAnswer, apiAnswer func(w http.ResponseWriter, echo string)
	good := func(w http.ResponseWriter, _ string) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600}`, token)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			tokenAnswer(w, r.FormValue("assertion"))
			return
		}
		apiAnswer(w, r.Header.Get("Authorization"))
	}))
	t.Cleanup(server.Close)
	text := keyText(t, server.URL+"/token", nil)
	var key keyFile
	if fault := key.fault(text); fault != "" {
		t.Fatal(fault)
	}
	answers := map[string]func(w http.ResponseWriter, echo string){}
	for _, code := range []int{200, 302, 400, 401, 403, 404, 429, 500, 503} {
		for kind, form := range map[string]string{"application/json": `{"error":{"code":%d,"message":"no: %s","status":"X","details":[{"reason":"%[2]s"}]}}`,
			"text/html": "<html>%d %s</html>", "text/plain": "%d %s", "application/json; broken": `{"error":"%d %s`} {
			answers[fmt.Sprint(code, " ", kind)] = func(w http.ResponseWriter, echo string) {
				w.Header().Set("Content-Type", strings.Split(kind, ";")[0])
				w.Header().Set("Location", "/?token="+echo)
				w.WriteHeader(code)
				fmt.Fprintf(w, form, code, echo+" "+strings.ReplaceAll(key.Key, "\n", " ")+" "+key.KeyID)
			}
		}
	}
	clock := &watch{now: time.Now()}
	leaks := 0
	var says []string
	try := func(name string) {
		t.Helper()
		c, err := Open(t.Context(), Options{Credentials: file(t, text), Endpoint: server.URL, Clock: clock.time, Sleep: clock.sleep, Say: func(text string) { says = append(says, text) }})
		if err != nil {
			t.Fatal(err)
		}
		if _, raw := c.reader.Spreadsheets.Get("x").Do(); raw != nil && strings.Contains(raw.Error(), token) {
			leaks++ // the library's own error would tell it
		}
		_, read := c.Read(t.Context(), strings.Repeat("spreadsheet-canary-", 3), "Plan")
		_, write := c.Write(t.Context(), strings.Repeat("spreadsheet-canary-", 3), "sheet", sampleBook(1, 1), WriteOptions{})
		if read == nil || write == nil {
			t.Errorf("%s: no error", name)
		}
		told := fmt.Sprintf("%v %+v %#v %v %+v %#v %+v %q", read, read, read, write, write, write, c, says)
		for _, secret := range append(strings.Fields(key.Key)[3:8], key.KeyID, token, "spreadsheet-canary-spread", "eyJ", "BEGIN") {
			if strings.Contains(told, secret) {
				t.Fatalf("%s: %q is told: %s", name, secret, told)
			}
		}
	}
	for name, answer := range answers {
		tokenAnswer, apiAnswer = good, answer
		try("the API answers " + name)
		tokenAnswer = answer
		if !strings.HasPrefix(name, "200 application/json") {
			try("the server of tokens answers " + name)
		}
	}
	if leaks == 0 {
		t.Error("no answer would have told the token: nothing was tried")
	}
}

func TestAServerThatIsNotThereIsToldByItsAddress(t *testing.T) {
	d := newDesk(t)
	d.write(sampleBook(1, 1))
	d.Close()
	_, err := d.client.Write(t.Context(), d.id, "sheet", sampleBook(1, 2), WriteOptions{})
	if kind, _ := kindOf(err); kind != Down || !strings.Contains(err.Error(), "connection refused") || !strings.Contains(err.Error(), strings.TrimPrefix(d.URL, "http://")) {
		t.Errorf("%v", err)
	}
}

func TestDefaultCredentialsThatAreMissingAreTold(t *testing.T) {
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(t.TempDir(), "none.json"))
	_, err := Open(t.Context(), Options{Clock: time.Now})
	if kind, _ := kindOf(err); err == nil || kind != SignIn || !strings.Contains(err.Error(), "gcloud auth application-default login --scopes="+scopeWrite) {
		t.Errorf("%v", err)
	}
	path := file(t, keyText(t, "https://oauth2.googleapis.com/token", nil))
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
	c, err := Open(t.Context(), Options{Clock: time.Now})
	if err != nil || c.Account() != "robot@example.iam.gserviceaccount.com" {
		t.Errorf("%v, %v", c, err)
	}
}
