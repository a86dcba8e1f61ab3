package cli

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"signalbox/backend/cli/flags"
	"signalbox/backend/cli/remote"
	"signalbox/backend/setting"
)

func TestTheWithheldTokenIsExplainedAfterTheStatus401Only(t *testing.T) {
	const explanation = "is sent only to"
	for status, explained := range map[int]bool{http.StatusOK: false, http.StatusUnauthorized: true} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.WriteHeader(status)
			fmt.Fprint(w, "data: x\n\n")
		}))
		server.Listener.Close()
		server.Listener = listen401(t)
		server.Start()
		defer server.Close()
		var out, err strings.Builder
		c := tailCommand{Source: server.URL, Once: true, Flags: remote.Flags{Set: flags.Set{
			Values: setting.Values{setting.URL: "http://127.0.0.1:1", setting.Token: "a-secret-of-mine-0001"},
		}}}
		if e := c.Run(t.Context(), &Program{Stdout: &out, Stderr: &err}); (e != nil) != explained {
			t.Errorf("%d: %v", status, e)
		}
		if got := strings.Contains(err.String(), explanation); got != explained {
			t.Errorf("%d: %s", status, err.String())
		}
	}
}

// listen401 listens on a port that has 401 in its number.
func listen401(t *testing.T) net.Listener {
	t.Helper()
	for port := 40100; port < 40200; port++ {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return l
		}
	}
	t.Fatal("no port is free")
	return nil
}
