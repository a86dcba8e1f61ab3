package node_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"signalbox/backend/live"
)

// nchanModule is the path of the module in Debian's libnginx-mod-nchan.
const nchanModule = "/usr/lib/nginx/modules/ngx_nchan_module.so"

// nchanConfig makes nginx an SSE server that none of us wrote: what is posted
// to /publish/NAME is sent to everybody at /subscribe/NAME. Its messages lie
// in nginx's memory, so a restart loses them.
const nchanConfig = `
load_module %s;
daemon off;
pid %[2]s/nginx.pid;
error_log stderr warn;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path %[2]s/body;
  proxy_temp_path %[2]s/proxy;
  fastcgi_temp_path %[2]s/fastcgi;
  uwsgi_temp_path %[2]s/uwsgi;
  scgi_temp_path %[2]s/scgi;
  server {
    listen %[3]s;
    location ~ ^/publish/(\w+)$ {
      nchan_publisher;
      nchan_channel_id $1;
      nchan_message_buffer_length 1000;
      nchan_message_timeout 1h;
    }
    location ~ ^/subscribe/(\w+)$ {
      nchan_subscriber eventsource;
      nchan_channel_id $1;
      nchan_subscriber_first_message oldest;
    }
  }
}
`

// process starts a program that is ended with the test at the latest, and
// returns the call that ends it and waits for that.
func process(t *testing.T, cmd *exec.Cmd) (end func()) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	end = func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(15 * time.Second):
			t.Errorf("%s did not end on SIGTERM", filepath.Base(cmd.Path))
			cmd.Process.Kill()
			<-ended
		}
	}
	t.Cleanup(end)
	return end
}

func startNginx(t *testing.T, dir, addr string) (stop func()) {
	t.Helper()
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		nginx = "/usr/sbin/nginx" // not on the PATH of an ordinary user
	}
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nchanConfig, nchanModule, dir, addr), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nginx, "-p", dir, "-c", config, "-e", "stderr")
	cmd.Stderr = t.Output()
	stop = process(t, cmd)
	eventually(t, "nginx listens", func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return stop
}

// eventually waits for other processes, whose time cannot be faked.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !is() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited 30 s in vain: %s", what)
		}
	}
}

// A console talks to a running program as its dashboard does.
type console struct {
	t     *testing.T
	url   string
	token string
}

// startProgram builds the program and serves with it.
func startProgram(t *testing.T) console {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "signalbox")
	if out, err := exec.Command("go", "build", "-o", program, "signalbox").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	home := t.TempDir()
	cmd := exec.Command(program, "serve", "--addr", "127.0.0.1:0", "--data", filepath.Join(home, "data"))
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "DBUS_SESSION_BUS_ADDRESS=disabled:")
	cmd.Stderr = t.Output()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	process(t, cmd)
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if address, ok := strings.CutPrefix(lines.Text(), "Dashboard: "); ok {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			return console{t, "http://" + u.Host, u.Query().Get("token")}
		}
	}
	t.Fatal("the program did not print its address")
	return console{}
}

func (c console) call(method, path, body string, answer any) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if resp.StatusCode >= 300 {
		c.t.Fatalf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal(text, answer); err != nil {
		c.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
}

// A line is one entry of the timeline in the API's form.
type line struct {
	Kind string     `json:"kind"`
	Data string     `json:"data"`
	ID   string     `json:"id"`
	Gap  *live.Gap  `json:"gap"`
	Note *live.Note `json:"note"`
}

func (c console) timeline(source string) []line {
	c.t.Helper()
	var page struct{ Messages []line }
	c.call("GET", "/sources/"+source+"/messages?limit=1000", "", &page)
	return page.Messages
}

func (c console) health(source string) live.Health {
	c.t.Helper()
	var state struct {
		Sources []struct {
			Name   string
			Health live.Health
		}
	}
	c.call("GET", "/api/state", "", &state)
	for _, s := range state.Sources {
		if s.Name == source {
			return s.Health
		}
	}
	c.t.Fatalf("there is no source %s", source)
	return live.Health{}
}

func data(lines []line) []string {
	var list []string
	for _, l := range lines {
		if l.Kind == "event" {
			list = append(list, l.Data)
		}
	}
	return list
}

func TestAStreamOfNginxIsFollowedAcrossItsRestart(t *testing.T) {
	if _, err := os.Stat(nchanModule); err != nil {
		t.Skip("nginx with nchan is not installed; make test installs it")
	}
	dir, addr := t.TempDir(), freeAddress(t)
	stop := startNginx(t, dir, addr)
	publish := func(text string) {
		t.Helper()
		if out, err := exec.Command("curl", "-fsS", "--noproxy", "*", "--data-binary", text, "http://"+addr+"/publish/orders").CombinedOutput(); err != nil {
			t.Fatalf("curl: %v\n%s", err, out)
		}
	}
	c := startProgram(t)
	c.call("POST", "/api/feeds", fmt.Sprintf(`{"name":"nginx","url":"http://%s/subscribe/orders","method":"GET","proxy":"direct"}`, addr), nil)
	eventually(t, "the feed is open", func() bool { return c.health("nginx").State == live.Open })

	before := []string{"one", "two\nlines", `{"order": 70012, "paid": "√"}`}
	for _, text := range before {
		publish(text)
	}
	eventually(t, "what curl published is in the timeline", func() bool {
		return slices.Equal(data(c.timeline("nginx")), before)
	})

	stop()
	eventually(t, "the loss is seen", func() bool { return c.health("nginx").State == live.Waiting })
	if h := c.health("nginx"); h.Reason == "" || h.RetryAt.IsZero() {
		t.Errorf("waiting without a reason or a time: %+v", h)
	}
	startNginx(t, dir, addr)
	c.call("POST", "/api/feeds/nginx/reconnect", "", nil)
	eventually(t, "the feed is open again", func() bool { return c.health("nginx").State == live.Open })
	publish("after the restart")
	eventually(t, "the timeline goes on", func() bool {
		return slices.Equal(data(c.timeline("nginx")), append(slices.Clone(before), "after the restart"))
	})

	// The story in the timeline: the last message, the loss, the gap, the rest.
	var story []string
	for _, l := range c.timeline("nginx") {
		switch {
		case l.Note != nil:
			story = append(story, l.Note.Code)
			if l.Note.Reason == "" {
				t.Errorf("a note without words: %+v", l.Note)
			}
		case l.Gap != nil:
			story = append(story, "gap")
			if l.Gap.Reason == "" || l.Gap.To.Before(l.Gap.From) {
				t.Errorf("a gap without words or times: %+v", l.Gap)
			}
			if l.Gap.Missing != nil && *l.Gap.Missing == 0 {
				t.Error("nginx forgot its messages, so nobody can know that nothing is missing")
			}
		default:
			story = append(story, l.Data)
		}
	}
	lost, gap, end := slices.Index(story, "lost"), slices.Index(story, "gap"), slices.Index(story, "after the restart")
	if lost < slices.Index(story, before[2]) || gap < lost || end < gap {
		t.Errorf("the timeline tells it as %q", story)
	}

	// The story on the health screen.
	if h := c.health("nginx"); h.Reconnects < 1 || h.Connection < 2 {
		t.Errorf("health knows of no reconnect: %+v", h)
	}
	var tried struct {
		Attempts []struct{ Code, Reason string }
	}
	c.call("GET", "/api/feeds/nginx/attempts", "", &tried)
	if len(tried.Attempts) < 2 {
		t.Fatalf("%d attempts are kept", len(tried.Attempts))
	}
	for _, a := range tried.Attempts[1:] {
		if a.Code == "" || a.Reason == "" {
			t.Errorf("an attempt ended without a word: %+v", a)
		}
	}
}

// freeAddress returns an address of the loopback on which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
