package desk

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"signalbox/backend/live"
)

func TestAnExportOfTheWindowHasItsNameOnlyWhenItIsComplete(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "orders.csv")
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		code    string
	}{
		{"refused", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			w.Write([]byte(`{"error":{"code":"bad_filter","message":"x"}}`))
		}, "bad_filter"},
		{"cut", func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("a part"))
			panic(http.ErrAbortHandler)
		}, "export_ended"},
		{"without an end", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("a part")) }, "export_ended"},
	} {
		if err := SaveExport(t.Context(), c.handler, "q=x", file); !errors.Is(err, &live.Error{Code: c.code}) {
			t.Errorf("%s: %v", c.name, err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%s: %v is left", c.name, left)
		}
	}
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	whole := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(r.URL.Query().Get("q")))
		w.Header().Set("Signalbox-Export", "complete")
	})
	if err := SaveExport(t.Context(), whole, "q=x", file); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(file); string(b) != "x" {
		t.Errorf("%q", b)
	}
	if err := SaveExport(t.Context(), whole, "q=x", filepath.Join(dir, "nowhere", "x")); !errors.Is(err, &live.Error{Code: "file_write"}) {
		t.Error(err)
	}
}
