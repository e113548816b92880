package googletest

import (
	"testing"

	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"
)

// start starts a server with a spreadsheet that the service account may edit, and the
// real client, signed in by its key file.
func start(t *testing.T, o Options) (*Server, string, *sheets.Service) {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	id := s.Create("Weekly")
	s.Share(id, Account, Editor)
	return s, id, client(t, s)
}

func client(t *testing.T, s *Server) *sheets.Service {
	t.Helper()
	key, err := s.KeyFile(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	service, err := sheets.NewService(t.Context(), option.WithEndpoint(s.URL),
		option.WithAuthCredentialsFile(option.ServiceAccount, key), option.WithScopes(sheets.SpreadsheetsScope))
	if err != nil {
		t.Fatal(err)
	}
	return service
}

func TestTheRealClientReadsAndWritesByItsKeyFile(t *testing.T) {
	_, id, api := start(t, Options{})
	text := "hello"
	_, err := api.Spreadsheets.BatchUpdate(id, &sheets.BatchUpdateSpreadsheetRequest{Requests: []*sheets.Request{
		{UpdateCells: &sheets.UpdateCellsRequest{
			Start:  &sheets.GridCoordinate{RowIndex: 1, ColumnIndex: 2},
			Rows:   []*sheets.RowData{{Values: []*sheets.CellData{{UserEnteredValue: &sheets.ExtendedValue{StringValue: &text}}}}},
			Fields: "userEnteredValue",
		}},
	}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	got, err := api.Spreadsheets.Values.Get(id, "C2").Do()
	if err != nil {
		t.Fatal(err)
	}
	if got.Range != "Sheet1!C2" || len(got.Values) != 1 || got.Values[0][0] != text {
		t.Errorf("got %q %v", got.Range, got.Values)
	}
	book, err := api.Spreadsheets.Get(id).Fields("properties.title,sheets(properties,data.rowData.values.formattedValue)").Do()
	if err != nil {
		t.Fatal(err)
	}
	if book.Properties.Title != "Weekly" || book.Sheets[0].Properties.Title != "Sheet1" ||
		book.Sheets[0].Data[0].RowData[1].Values[2].FormattedValue != text {
		t.Errorf("got %+v", book)
	}
}
