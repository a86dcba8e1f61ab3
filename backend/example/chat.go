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

// reloadTime is how long somebody may have no stream before they have left:
// long enough to reload the page.
const reloadTime = 2 * time.Second

// maxChatName is the longest name in the chat, in characters.
const maxChatName = 30

// A Chat knows who is present: everybody who has a stream open under a name. So
// a tab that crashes leaves like one that is closed. The pages publish what is
// said to the channel directly; the Chat publishes who joins and leaves.
type Chat struct {
	e       *Examples
	channel Channel

	mu      sync.Mutex // held while publishing, so that events have the order of the changes
	present map[string]*person
}

type person struct {
	streams int
	leaving *time.Timer // runs while there is no stream
}

// NewChat returns a chat in a channel.
func (e *Examples) NewChat(to Channel) *Chat {
	return &Chat{e: e, channel: to, present: map[string]*person{}}
}

// events serves the stream of the channel chat under a name, and keeps that name
// present while the stream is open. One request does both because a browser
// opens at most six streams to a server, and people try a chat in several tabs.
func (c *Chat) events(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	if err := checkChatName(name); err != nil {
		Refuse(w, http.StatusBadRequest, err)
		return
	}
	if _, err := c.e.ensureChannel(r.Context(), "chat"); err != nil {
		Refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	after := c.e.j.Last() // the stream begins with one's own joining
	if err := c.Enter(r.Context(), name); err != nil {
		Refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	defer c.Leave(name)
	c.e.stream(w, r, "chat", after)
}

// presence answers with the names of those present.
func (c *Chat) presence(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	names := c.names()
	c.mu.Unlock()
	reply(w, http.StatusOK, map[string][]string{"here": names})
}

// Enter opens a stream under a name. Leave must follow. The first stream of a
// name publishes that it joined.
func (c *Chat) Enter(ctx context.Context, name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.present[name]; ok {
		p.streams++
		if p.leaving != nil {
			p.leaving.Stop()
		}
		return nil
	}
	c.present[name] = &person{streams: 1}
	// The event is published even where the request ends now: a leave follows.
	err := c.publishPresence(context.WithoutCancel(ctx), "join", name)
	if err != nil {
		delete(c.present, name)
	}
	return err
}

// Leave closes a stream under a name. Unless another one is opened soon, it
// publishes that the name left.
func (c *Chat) Leave(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.present[name]
	if p.streams--; p.streams == 0 {
		p.leaving = time.AfterFunc(reloadTime, func() {
			// Nothing is published at the end of the program, when all leave.
			c.e.Go(func(ctx context.Context) { c.remove(ctx, name) })
		})
	}
}

// remove publishes that a name left, unless it has a stream again.
func (c *Chat) remove(ctx context.Context, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.present[name]; !ok || p.streams > 0 {
		return
	}
	delete(c.present, name)
	if err := c.publishPresence(ctx, "leave", name); err != nil {
		c.e.Warn(ctx, "publish who left the chat", err)
	}
}

// publishPresence publishes that a name joined or left. It is called with the
// lock held.
func (c *Chat) publishPresence(ctx context.Context, event, name string) error {
	data := JSON(struct {
		Name string   `json:"name"`
		Here []string `json:"here"`
	}{name, c.names()})
	return c.e.Publish(ctx, c.channel, live.Draft{Type: event, Data: data})
}

// Say publishes what somebody says, as the page does.
func (c *Chat) Say(ctx context.Context, name, words string) error {
	data := JSON(struct {
		Name string `json:"name"`
		Text string `json:"text"`
	}{name, words})
	return c.e.Publish(ctx, c.channel, live.Draft{Type: "say", Data: data})
}

func (c *Chat) names() []string {
	names := make([]string, 0, len(c.present))
	for name := range c.present {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func checkChatName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return live.Errorf("bad_name/chat_empty", "The name is empty.").WithField("name")
	case !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl), strings.TrimSpace(name) != name:
		return live.Errorf("bad_name/chat_characters", "The name holds a control character, or begins or ends with a space.").WithField("name")
	case utf8.RuneCountInString(name) > maxChatName:
		return live.Errorf("bad_name/chat_long", "The name is longer than {most} characters.", "most", maxChatName).WithField("name")
	}
	return nil
}
