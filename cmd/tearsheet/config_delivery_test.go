package main

import (
	"strings"
	"testing"
)

func TestCheckSaysAllThatIsWrongWithSchedulesAndDeliveries(t *testing.T) {
	const minimal = "company: A\ntimezone: America/Toronto\nwarehouse: {url: 'duckdb:w.duckdb'}\n"
	const post = "mail: {from: a@example.com, smtp: 'smtp://mail.example.com'}\n"
	for name, tt := range map[string]struct{ config, want string }{
		"no time": {minimal + "schedule:\n  tuesday: {on: tuesday, run: sheet}\n",
			`5:3: schedule: when? Write at: "07:00", with on: tuesday for some weekdays, or cron:`},
		"no time of day": {minimal + "schedule:\n  tuesday: {at: \"25:00\", run: sheet}\n", `5:17: at: "25:00" is no time of day such as "07:00"`},
		"weekday":        {minimal + "schedule:\n  tuesday: {on: [tuesday, tusday], at: \"07:00\", run: sheet}\n", `5:27: on: "tusday" is not a weekday such as monday (did you mean "tuesday"?)`},
		"cron and at":    {minimal + "schedule:\n  tuesday: {cron: 0 7 * * 2, at: \"07:00\", run: sheet}\n", `5:19: cron: says when by itself: leave out on: and at:`},
		"cron": {minimal + "schedule:\n  tuesday: {cron: 0 7 31 2 *, run: sheet}\n",
			`5:19: cron: "0 7 31 2 *": day of the month, column 5: 31 is in none of the months 2`},
		"zone in cron": {minimal + "schedule:\n  tuesday: {cron: 'CRON_TZ=UTC 0 7 * * 2', run: sheet}\n",
			`5:19: cron: "CRON_TZ=UTC 0 7 * * 2": column 1: a zone has no place here: the schedule is in America/Toronto; take CRON_TZ=UTC away`},
		"nothing to do": {minimal + "schedule:\n  tuesday: {at: \"07:00\", run: [sheat]}\n",
			`5:32: run: "sheat" is none of pipeline, values, sheet`},
		"mail of no sheet": {minimal + post + "schedule:\n  nightly: {at: \"00:30\", run: pipeline, mail: a@example.com}\n",
			`6:3: schedule: to: and mail: are about the sheet: add sheet to run:, or leave them out`},
		"name": {minimal + "schedule:\n  Tues day: {at: \"07:00\", run: sheet}\n", `5:3: schedule: "Tues day" is no name: use small letters, digits, - and _`},
		"addresses": {minimal + post + "schedule:\n  tuesday:\n    at: \"07:00\"\n    run: sheet\n    mail: [a@example.com, nobody, A@example.com, \"x@example.com\\r\\nBcc: y@example.com\"]\n",
			"9:27: mail: \"nobody\" is not an address such as data@example.com\n9:35: mail: A@example.com is named twice\n9:50: mail: \"x@example.com\\r\\nBcc: y@example.com\" is not an address such as data@example.com"},
		"no server": {minimal + "schedule:\n  tuesday: {at: \"07:00\", run: sheet, mail: a@example.com}\n",
			`5:38: mail: by which server, and from whom? Write mail: {from: tearsheet@example.com, smtp: smtp://…}`},
		"server": {minimal + "mail: {from: nobody, smtp: 'http://me:canary@mail.example.com', reply_to: me, max_size: big, dkim: {domain: example.com, selector: s, key: none.pem}}\n",
			"4:14: from: \"nobody\" is not an address such as data@example.com\n4:28: smtp: a mail server is smtp://user:${SMTP_PASSWORD}@host:587, or smtps://…\n4:75: reply_to: \"me\" is not an address such as data@example.com\n" +
				"4:89: max_size: \"big\" is not a size such as 4GB or 512MB\n4:100: dkim: key: open DIR/none.pem: no such file or directory"},
		"no spreadsheet": {minimal + "outputs: {formats: [pdf, sheets]}\nschedule:\n  tuesday: {at: \"07:00\", run: sheet, to: [sheets]}\n",
			"4:26: formats: which spreadsheet? Write outputs: {sheets: {spreadsheet: ID}}\n6:43: to: which spreadsheet? Write outputs: {sheets: {spreadsheet: ID}}"},
		"spreadsheet": {minimal + "outputs: {sheets: {spreadsheet: 'https://example.com/x'}}\n",
			`4:33: spreadsheet: this is not the address of a spreadsheet at Google; copy it from the browser: https://docs.google.com/spreadsheets/d/…/edit`},
		"endpoint": {minimal + "google: {endpoint: 'http://sheets.example.com', credentials: '${NO_SUCH_VARIABLE}'}\n",
			"4:20: endpoint: must be https: plain http is for this machine alone\n4:62: credentials: the environment variable NO_SUCH_VARIABLE is not set"},
		"heartbeat": {minimal + "heartbeat: {url: 'hc', within: soon}\n",
			"4:18: url: is no address such as https://hc.example.com/ping\n4:32: within: \"soon\" is no length of time such as 26h"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := writeProject(t, map[string]string{configName: tt.config, registryName: registry(counted("visits"))})
			o := tearsheetAt(t, tuesday, dir, "check")
			got := strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll("\n"+o.out, "\n"+configName+":", "\n"), dir, "DIR"))
			got, _, _ = strings.Cut(got, "\nmetrics.yaml:") // that nothing fills the table is another story
			if o.code != exitUsage || got != tt.want {
				t.Errorf("exit %d, says\n%s\nwant\n%s", o.code, got, tt.want)
			}
			if strings.Contains(o.out+o.errOut, "canary") {
				t.Error("the password is printed") // K01
			}
		})
	}
}
