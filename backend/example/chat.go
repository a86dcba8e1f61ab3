package example

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"signalbox/backend/live"
)

// reload is how long somebody may be away before it counts as leaving: long
// enough to load the page again.
const reload = 2 * time.Second

// maxChatName is the longest name in the chat, in characters.
const maxChatName = 30

// The chat knows who is here. Somebody is here as long as a stream is open
// under their name; there is nothing to sign out of, so a tab that dies leaves
// like one that is closed. Messages go from the pages to the channel chat
// directly; joining and leaving are published there too.
type chat struct {
	e       *Examples
	channel channel

	mu   sync.Mutex // held while publishing: the events come in the order of the changes
	here map[string]*person
}

type person struct {
	streams int
	leaving *time.Timer // while there is no stream
}

func newChat(e *Examples, to channel) *chat {
	return &chat{e: e, channel: to, here: map[string]*person{}}
}

// events is the stream of the channel chat, with a name: while it is open that
// somebody is here. One request does both because a browser allows six open
// streams to a server, and a chat is tried with several tabs.
func (c *chat) events(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	if err := checkChatName(name); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	if _, err := c.e.channel(r.Context(), "chat"); err != nil {
		refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	after := c.e.j.Last() // so that the own joining is in the stream
	if err := c.enter(r.Context(), name); err != nil {
		refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	defer c.leave(name)
	c.e.stream(w, r, "chat", after)
}

// who answers who is here.
func (c *chat) who(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	here := c.names()
	c.mu.Unlock()
	reply(w, http.StatusOK, map[string][]string{"here": here})
}

func (c *chat) enter(ctx context.Context, name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.here[name]; ok {
		p.streams++
		if p.leaving != nil {
			p.leaving.Stop()
		}
		return nil
	}
	c.here[name] = &person{streams: 1}
	// Whoever goes away at this moment has come all the same, and will leave.
	err := c.tell(context.WithoutCancel(ctx), "join", name)
	if err != nil {
		delete(c.here, name)
	}
	return err
}

func (c *chat) leave(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.here[name]
	if p.streams--; p.streams == 0 {
		p.leaving = time.AfterFunc(reload, func() {
			// At the end of the program nobody is told; all leave at once.
			c.e.spawn(func(ctx context.Context) { c.gone(ctx, name) })
		})
	}
}

func (c *chat) gone(ctx context.Context, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.here[name]; !ok || p.streams > 0 {
		return
	}
	delete(c.here, name)
	if err := c.tell(ctx, "leave", name); err != nil {
		c.e.complain(ctx, "publish who left the chat", err)
	}
}

func (c *chat) tell(ctx context.Context, event, name string) error {
	data := text(struct {
		Name string   `json:"name"`
		Here []string `json:"here"`
	}{name, c.names()})
	return c.e.publish(ctx, c.channel, live.Draft{Type: event, Data: data})
}

// say publishes a message as the page does.
func (c *chat) say(ctx context.Context, name, words string) error {
	data := text(struct {
		Name string `json:"name"`
		Text string `json:"text"`
	}{name, words})
	return c.e.publish(ctx, c.channel, live.Draft{Type: "say", Data: data})
}

func (c *chat) names() []string {
	names := make([]string, 0, len(c.here))
	for name := range c.here {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func checkChatName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return live.Errorf("bad_name", "The name is empty.").WithField("name")
	case !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl), strings.TrimSpace(name) != name:
		return live.Errorf("bad_name", "The name has a control character in it, or a space at an end.").WithField("name")
	case utf8.RuneCountInString(name) > maxChatName:
		return live.Errorf("bad_name", "The name is longer than %d characters.", maxChatName).WithField("name")
	}
	return nil
}
