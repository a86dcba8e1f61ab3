package publish

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/setting"
	"signalbox/backend/wire"
)

// Limits bound what may be published, and which channels publishing creates.
type Limits struct {
	CreateChannels bool // whether publishing and subscribing create a channel that does not exist
	MaxChannels    int  // no channel is created if there are so many; 0 means the default of the setting
	MaxEvent       int  // the largest data of a message, in bytes; 0 means the default of the setting
}

func (l Limits) withDefaults() Limits {
	if l.MaxChannels <= 0 {
		l.MaxChannels = int(setting.MaxChannels.Number())
	}
	if l.MaxEvent <= 0 {
		l.MaxEvent = int(setting.MaxEvent.Number())
	}
	return l
}

// A Publisher publishes to the channels of one journal. Its methods may be
// called from any goroutine.
type Publisher struct {
	journal  *journal.Journal
	limits   atomic.Pointer[Limits]
	creating sync.Mutex // held while a channel is counted and created, or MaxChannels would be exceeded
	recent   recentPublications
	clients  atomic.Pointer[func(*live.Message) int]
}

// New returns a Publisher.
func New(j *journal.Journal, limits Limits) *Publisher {
	p := &Publisher{journal: j}
	p.SetLimits(limits)
	p.CountClients(func(*live.Message) int { return 0 })
	return p
}

// SetLimits changes the limits, from the next message on.
func (p *Publisher) SetLimits(l Limits) {
	l = l.withDefaults()
	p.limits.Store(&l)
}

// Limits returns the limits in force.
func (p *Publisher) Limits() Limits { return *p.limits.Load() }

// CountClients sets the function that counts the clients that a message
// reaches. Its result may depend only on the message's source and type.
func (p *Publisher) CountClients(count func(*live.Message) int) { p.clients.Store(&count) }

// A Receipt confirms the commit of a message.
type Receipt struct {
	Position live.Position // of the message; for a retried publish, of the first
	ID       string        // the message's id on the wire; "" if that is its position
	Clients  int           // how many follow the channel and want this type
	Repeated bool          // a retried publish, which was not stored again
}

// attempts is how often toChannel looks a channel up: it may be removed before
// the append.
const attempts = 3

// Publish appends a message to a channel and returns after the commit. It
// creates the channel if it does not exist, and sets the draft's Source.
// Errors: those of wire.Check, Source and the journal, "not_a_channel", and
// "key_reused" if another message has the draft's Key.
func (p *Publisher) Publish(ctx context.Context, channel string, d live.Draft) (Receipt, error) {
	got, err := p.Emit(ctx, channel, d)
	if err != nil {
		p.recent.addRefused(channel, &d, err)
		return got, err
	}
	p.recent.add(publication(channel, &d, &got))
	return got, nil
}

// Emit is Publish for messages of the program itself, such as the samples.
// Recent does not list them: they would displace the user's. The marks are
// committed together with the message.
func (p *Publisher) Emit(ctx context.Context, channel string, d live.Draft, marks ...live.Mark) (Receipt, error) {
	if err := wire.Check(p.journal.Epoch(), &d, p.Limits().MaxEvent); err != nil {
		return Receipt{}, err
	}
	var m *live.Message
	err := p.toChannel(ctx, channel, func(source int64) (err error) {
		d.Source = source
		m, err = p.journal.Put(ctx, d, marks...)
		return err
	})
	if err != nil {
		return Receipt{}, err
	}
	return p.receipt(m), nil
}

// receipt returns the receipt of a message that was committed.
func (p *Publisher) receipt(m *live.Message) Receipt {
	epoch := p.journal.Epoch()
	r := Receipt{Position: live.Position{Epoch: epoch, Number: m.Number}, ID: wire.ChosenID(epoch, m), Repeated: m.Repeated}
	if !m.Repeated {
		r.Clients = (*p.clients.Load())(m)
	}
	return r
}

// toChannel calls put with the id of a channel, and repeats that if the channel
// was removed meanwhile.
func (p *Publisher) toChannel(ctx context.Context, channel string, put func(source int64) error) error {
	for attempt := 1; ; attempt++ {
		src, err := p.Source(ctx, channel)
		switch {
		case err == nil && src.Kind != live.ChannelSource:
			return live.Errorf("not_a_channel", "\"{name}\" is a feed: Signalbox follows it, and nothing can be published to it.", "name", channel).
				WithField("channel").WithHint("Publish to a channel, under another name.")
		case err == nil:
			err = put(src.ID)
		}
		if err == nil || attempt == attempts || !errors.Is(err, &live.Error{Code: "not_found"}) {
			return err
		}
	}
}

// Refuse adds a message to Recent that was refused before Publish.
func (p *Publisher) Refuse(channel string, d live.Draft, err error) {
	p.recent.addRefused(channel, &d, err)
}

// Recent returns the last 50 messages that were published or refused, newest
// first.
func (p *Publisher) Recent() []Publication { return p.recent.list() }

// Source looks up a source. If it does not exist and the limits allow it,
// Source creates a channel. Errors: "bad_name", "not_found",
// "too_many_channels".
func (p *Publisher) Source(ctx context.Context, name string) (live.Source, error) {
	if src, ok := p.journal.Source(name); ok {
		return src, nil
	}
	if err := live.CheckName(name); err != nil {
		return live.Source{}, err
	}
	limits := p.Limits()
	if !limits.CreateChannels {
		return live.Source{}, live.Errorf("not_found/no_channel", "There is no source called \"{name}\".", "name", name).WithField("source").
			WithHint("Create the channel in Signalbox first: the settings do not allow publishers and subscribers to create one.")
	}
	p.creating.Lock()
	defer p.creating.Unlock()
	if src, ok := p.journal.Source(name); ok {
		return src, nil
	}
	channels := 0
	for _, src := range p.journal.Sources() {
		if src.Kind == live.ChannelSource {
			channels++
		}
	}
	if channels >= limits.MaxChannels {
		return live.Source{}, live.Errorf("too_many_channels", "There are {count} channels, and the settings allow publishers and subscribers to create no more.", "count", channels).
			WithHint("Remove some, create this one in Signalbox, or raise the limit in the settings.")
	}
	return p.add(ctx, live.Source{Name: name, Kind: live.ChannelSource})
}

// Channel looks up a channel, or creates it regardless of the limits: for parts
// of the program that need one. Error: "name_taken" if a feed has the name.
func (p *Publisher) Channel(ctx context.Context, channel live.Source) (live.Source, error) {
	src, ok := p.journal.Source(channel.Name)
	if !ok {
		var err error
		channel.Kind = live.ChannelSource
		if src, err = p.add(ctx, channel); err != nil {
			return live.Source{}, err
		}
	}
	if src.Kind != live.ChannelSource {
		return live.Source{}, live.Errorf("name_taken/feed", "A feed is called \"{name}\", so no channel can have this name.", "name", channel.Name).
			WithField("name").WithHint("Rename the feed.")
	}
	return src, nil
}

// add adds a source, or returns the source of that name if one was added meanwhile.
func (p *Publisher) add(ctx context.Context, s live.Source) (live.Source, error) {
	src, err := p.journal.AddSource(ctx, s)
	if err != nil {
		if src, ok := p.journal.Source(s.Name); ok {
			return src, nil
		}
	}
	return src, err
}
