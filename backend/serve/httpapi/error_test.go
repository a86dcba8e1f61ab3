package httpapi

import (
	"net/http"
	"testing"

	"signalbox/backend/live"
)

func TestAFaultOfTheStoreIsNotThePublishersMistake(t *testing.T) {
	for _, code := range []string{"disk_full", "disk_error", "read_only", "store_fault", "busy", "folder_gone", "bad_database", "cannot_open"} {
		if got := Status(live.Errorf(code, "A sentence.")); got != http.StatusServiceUnavailable {
			t.Errorf("%s is answered with %d", code, got)
		}
	}
}
