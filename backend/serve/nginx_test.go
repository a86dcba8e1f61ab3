package serve

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// nginxConfig makes nginx a proxy in front of a server, at /old/ as it is by
// default, with HTTP/1.0 towards the server, and at /new/ with HTTP/1.1.
const nginxConfig = `
daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log stderr warn;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path %[1]s/body;
  proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi;
  scgi_temp_path %[1]s/scgi;
  server {
    listen %[2]s;
    location /old/ { proxy_pass %[3]s/; proxy_set_header Host localhost; }
    location /new/ { proxy_pass %[3]s/; proxy_set_header Host localhost; proxy_set_header Connection ""; proxy_http_version 1.1; }
  }
}
`

func TestBehindNginxEachMessageComesAtOnce(t *testing.T) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		nginx = "/usr/sbin/nginx" // not on the PATH of an ordinary user
		if _, err := os.Stat(nginx); err != nil {
			t.Skip("skipped: no nginx")
		}
	}
	s := start(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	dir := t.TempDir()
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, dir, addr, s.url), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nginx, "-p", dir, "-c", config, "-e", "stderr")
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	}()
	await(t, 20*time.Second, "nginx listens", func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	var readers []*reader
	for _, path := range []string{"/old", "/new"} {
		resp, err := http.Get("http://" + addr + path + "/events/x")
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%s: %s %v", path, resp.Status, resp.Header)
		}
		rd := &reader{t: t, in: bufio.NewReader(resp.Body), body: resp.Body, head: resp.Header, retry: -1}
		t.Cleanup(rd.close)
		readers = append(readers, rd)
		// Each is read before the next is published, so nothing pushes it out.
		for i := range 10 {
			data := fmt.Sprint(i)
			if i == 9 {
				data = strings.Repeat("x", 1<<20)
			}
			got := s.publish("x", data)
			rd.want("message", got.Position, data)
		}
	}
	for _, rd := range readers {
		rd.close()
	}
	await(t, 20*time.Second, "the server notices that both have left", func() bool { return s.Clients("x") == 0 })
}
