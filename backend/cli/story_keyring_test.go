//go:build unix

package cli

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// A keyring is a Secret Service as desktops have one, on a session bus of its
// own. While it is locked it does what theirs do: it shows a dialog, and answers
// when the user has typed the password.
type keyring struct {
	daemon *exec.Cmd
	in     interface{ Close() error } // closed, the bus ends
	conn   *dbus.Conn

	mu      sync.Mutex
	locked  bool
	made    int // items and prompts
	waiting []func()
}

// The names of the Secret Service's specification.
const (
	secretsName    = "org.freedesktop.secrets"
	secretsRoot    = "/org/freedesktop/secrets"
	secretsDefault = secretsRoot + "/aliases/default"
	secretsAPI     = "org.freedesktop.Secret."
)

// busConfig is a bus that starts no service by itself.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

// runBus runs a bus until the end of its input, so that none is left behind
// where the test is killed.
const runBus = `dbus-daemon --nofork --print-address --config-file "$1" & cat; kill $!`

// keyring starts a keyring for the boxes that are started after it. Guard it
// with [keyring].
func (s *story) startKeyring(args []string) {
	s.flags("keyring", 0, args, nil)
	config := s.MkAbs("bus.conf")
	s.Check(os.WriteFile(config, []byte(busConfig), 0o600))
	k := &keyring{daemon: exec.Command("sh", "-c", runBus, "sh", config)}
	out, err := k.daemon.StdoutPipe()
	s.Check(err)
	k.in, err = k.daemon.StdinPipe()
	s.Check(err)
	s.Check(k.daemon.Start())
	s.keyring = k
	address, err := bufio.NewReader(out).ReadString('\n')
	s.Check(err)
	address = strings.TrimSpace(address)
	k.conn, err = dbus.Connect(address)
	s.Check(err)
	s.Check(k.serve())
	s.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
}

// lock-keyring has the keyring ask for its password from now on.
func (s *story) lockKeyring(args []string) {
	s.flags("lock-keyring", 0, args, nil)
	s.keyring.mu.Lock()
	defer s.keyring.mu.Unlock()
	s.keyring.locked = true
}

// unlock-keyring types the password into each dialog that waits for it.
func (s *story) unlockKeyring(args []string) {
	s.flags("unlock-keyring", 0, args, nil)
	k := s.keyring
	k.mu.Lock()
	defer k.mu.Unlock()
	k.locked = false
	for _, done := range k.waiting {
		done()
	}
	k.waiting = nil
}

func (k *keyring) end() {
	if k.conn != nil {
		k.conn.Close()
	}
	k.in.Close()
	k.daemon.Wait()
}

// serve answers on the bus.
func (k *keyring) serve() error {
	if err := k.export(secretsRoot, "Service", map[string]any{
		"OpenSession": func(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
			return dbus.MakeVariant(""), secretsRoot + "/session/1", nil
		},
		"Unlock": k.unlock,
	}); err != nil {
		return err
	}
	if err := k.export(secretsRoot+"/session/1", "Session", map[string]any{
		"Close": func() *dbus.Error { return nil },
	}); err != nil {
		return err
	}
	if err := k.serveCollection(); err != nil {
		return err
	}
	reply, err := k.conn.RequestName(secretsName, dbus.NameFlagDoNotQueue)
	if err == nil && reply != dbus.RequestNameReplyPrimaryOwner {
		err = fmt.Errorf("the bus has a keyring already")
	}
	return err
}

func (k *keyring) export(path dbus.ObjectPath, kind string, methods map[string]any) error {
	return k.conn.ExportMethodTable(methods, path, secretsAPI+kind)
}

// unlock reports that the objects are open, or returns the dialog that opens them.
func (k *keyring) unlock(objects []dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.locked {
		return objects, "/", nil
	}
	k.made++
	dialog := dbus.ObjectPath(fmt.Sprintf("%s/prompt/%d", secretsRoot, k.made))
	typed := func() {
		k.conn.Emit(dialog, secretsAPI+"Prompt.Completed", false, dbus.MakeVariant(objects))
	}
	if err := k.export(dialog, "Prompt", map[string]any{
		"Prompt": func(string) *dbus.Error {
			k.mu.Lock()
			defer k.mu.Unlock()
			if k.locked {
				k.waiting = append(k.waiting, typed)
			} else {
				typed()
			}
			return nil
		},
	}); err != nil {
		return nil, "/", dbus.MakeFailedError(err)
	}
	return nil, dialog, nil
}

// A secret is one in the form that it has on the bus.
type secret struct {
	Session           dbus.ObjectPath
	Parameters, Value []byte
	ContentType       string
}

// serveCollection has one collection, which holds items with attributes.
func (k *keyring) serveCollection() error {
	type item struct {
		attributes map[string]string
		secret     secret
	}
	items := map[dbus.ObjectPath]*item{} // under mu
	find := func(wanted map[string]string) dbus.ObjectPath {
	items:
		for path, it := range items {
			for name, value := range wanted {
				if it.attributes[name] != value {
					continue items
				}
			}
			return path
		}
		return ""
	}
	search := func(wanted map[string]string) ([]dbus.ObjectPath, *dbus.Error) {
		k.mu.Lock()
		defer k.mu.Unlock()
		if path := find(wanted); path != "" {
			return []dbus.ObjectPath{path}, nil
		}
		return nil, nil
	}
	create := func(properties map[string]dbus.Variant, given secret, _ bool) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
		k.mu.Lock()
		defer k.mu.Unlock()
		it := &item{secret: given}
		if err := properties[secretsAPI+"Item.Attributes"].Store(&it.attributes); err != nil {
			return "/", "/", dbus.MakeFailedError(err)
		}
		path := find(it.attributes)
		if path == "" {
			k.made++
			path = dbus.ObjectPath(fmt.Sprintf("%s/item/%d", secretsDefault, k.made))
		}
		items[path] = it
		err := k.export(path, "Item", map[string]any{
			"GetSecret": func(session dbus.ObjectPath) (secret, *dbus.Error) {
				k.mu.Lock()
				defer k.mu.Unlock()
				if k.locked {
					return secret{}, dbus.NewError(secretsAPI+"Error.IsLocked", nil)
				}
				return secret{session, []byte{}, it.secret.Value, it.secret.ContentType}, nil
			},
			"Delete": func() (dbus.ObjectPath, *dbus.Error) {
				k.mu.Lock()
				defer k.mu.Unlock()
				delete(items, path)
				return "/", nil
			},
		})
		if err != nil {
			return "/", "/", dbus.MakeFailedError(err)
		}
		return path, "/", nil
	}
	return k.export(secretsDefault, "Collection", map[string]any{"SearchItems": search, "CreateItem": create})
}

// keyringsWork reports whether a keyring can be made here.
func keyringsWork() bool {
	_, err := exec.LookPath("dbus-daemon")
	return runtime.GOOS == "linux" && err == nil
}

// listen-in NAME URL FILE puts a proxy before a server, at $NAME, and notes each
// request as a line with its method, path and Authorization.
func (s *story) listenIn(args []string) {
	args = s.flags("listen-in NAME URL FILE", 3, args, nil)
	to, err := url.Parse(args[1])
	s.Check(err)
	file, err := os.Create(s.MkAbs(args[2]))
	s.Check(err)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, FlushInterval: -1}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(file, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization")))
		proxy.ServeHTTP(w, r)
	}))
	s.Defer(func() {
		front.CloseClientConnections()
		front.Close()
		file.Close()
	})
	s.Setenv(args[0], front.URL)
}
