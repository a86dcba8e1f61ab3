//go:build unix

package cli

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestUnderTortureEveryPromiseIsKept(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs for ten seconds")
	}
	torture := filepath.Join(t.TempDir(), "torture")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", torture, "../../build/torture").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// This test binary is the program, so it is tortured with the race detector
	// where the tests run with it.
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, torture, "-binary", "signalbox", "-seconds", "8")
	cmd.Env = append(cmd.Environ(), "TMPDIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "every promise was kept") {
		t.Fatal(err)
	}
}
