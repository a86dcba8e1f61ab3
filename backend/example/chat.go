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

// leaveDelay is the time without a stream after which a name has left the chat.
// It is long enough to reload the page.
const leaveDelay = 2 * time.Second

// maxChatName is the longest name in the chat, in characters.
const maxChatName = 30

// A Chat lists the names that are present: those with an open stream. A crashed
// tab counts as left. The pages publish their messages to the channel directly;
// the Chat publishes who joins and leaves.
type Chat struct {
	examples *Examples
	channel  ChannelName

	mu      sync.Mutex           // held while publishing, so that events have the order of the changes
	present map[string]*presence // by name
}

// A presence is a name in the chat.
type presence struct {
	streams int         // open
	leaving *time.Timer // runs while there is no stream
}

// NewChat returns a chat in a channel.
func (e *Examples) NewChat(channel ChannelName) *Chat {
	return &Chat{examples: e, channel: channel, present: map[string]*presence{}}
}

// events serves the stream of the channel chat. The name in the request is
// present while the stream is open. One request does both, because a browser
// opens at most six streams to a server, and people try a chat in several tabs.
func (c *Chat) events(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	if err := checkChatName(name); err != nil {
		Refuse(w, http.StatusBadRequest, err)
		return
	}
	if _, err := c.examples.ensureChannel(r.Context(), "chat"); err != nil {
		Refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	after := c.examples.journal.Last() // the stream begins with the join of this name
	if err := c.Enter(r.Context(), name); err != nil {
		Refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	defer c.Leave(name)
	c.examples.stream(w, r, "chat", after)
}

// show answers GET /examples/chat/here with the names that are present.
func (c *Chat) show(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	names := c.names()
	c.mu.Unlock()
	reply(w, http.StatusOK, map[string][]string{"here": names})
}

// Enter counts one more stream of a name. At the first one it publishes that the
// name joined. Leave must follow.
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
	c.present[name] = &presence{streams: 1}
	// The event is published even if the request ends now: a leave follows.
	err := c.publishPresence(context.WithoutCancel(ctx), "join", name)
	if err != nil {
		delete(c.present, name)
	}
	return err
}

// Leave counts one stream of a name less. After the last one, unless Enter counts
// another within leaveDelay, it publishes that the name left.
func (c *Chat) Leave(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.present[name]
	if p.streams--; p.streams == 0 {
		p.leaving = time.AfterFunc(leaveDelay, func() {
			// At the end of the program all names leave, and Go starts nothing.
			c.examples.Go(func(ctx context.Context) { c.remove(ctx, name) })
		})
	}
}

// remove removes a name that has no stream, and publishes that it left.
func (c *Chat) remove(ctx context.Context, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, ok := c.present[name]; !ok || p.streams > 0 {
		return
	}
	delete(c.present, name)
	if err := c.publishPresence(ctx, "leave", name); err != nil {
		c.examples.Warn(ctx, "publish a leave to the chat", err)
	}
}

// publishPresence publishes that a name joined or left. It is called with the
// lock held.
func (c *Chat) publishPresence(ctx context.Context, event, name string) error {
	data := JSON(struct {
		Name string   `json:"name"`
		Here []string `json:"here"`
	}{name, c.names()})
	return c.examples.Emit(ctx, c.channel, live.Draft{Type: event, Data: data})
}

// Say publishes a message of the chat, as the page does.
func (c *Chat) Say(ctx context.Context, name, text string) error {
	data := JSON(struct {
		Name string `json:"name"`
		Text string `json:"text"`
	}{name, text})
	return c.examples.Emit(ctx, c.channel, live.Draft{Type: "say", Data: data})
}

// names returns the names that are present, sorted.
func (c *Chat) names() []string {
	names := make([]string, 0, len(c.present))
	for name := range c.present {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// checkChatName refuses a name that is empty, too long or not printable.
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
