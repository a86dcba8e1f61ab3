package publish

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/setting"
	"signalbox/backend/wire"
)

// Limits are what may be published, and where. The zero value of a number
// means its default.
type Limits struct {
	CreateChannels bool // whether a channel comes into being when it is first used
	MaxChannels    int  // no more come into being by being used; 0 means the default of the setting
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
// called by anybody at any time.
type Publisher struct {
	journal *journal.Journal
	limits  atomic.Pointer[Limits]
	making  sync.Mutex // one channel is made at a time, or the limit would not hold
	recent  recent
	clients atomic.Pointer[func(*live.Message) int]
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

// CountClients says who knows how many clients a message reaches.
func (p *Publisher) CountClients(count func(*live.Message) int) { p.clients.Store(&count) }

// A Receipt is what a publisher gets after the commit.
type Receipt struct {
	Position string // of the message; of the first one where it was a retry
	ID       string // on the wire
	Clients  int    // that follow the channel and want this type
	Repeated bool   // it was a retry, and was not stored again
}

// renamed is how often the channel is looked up again because it was removed
// between the look-up and the append.
const renamed = 3

// Publish appends a message to a channel, which comes into being where it does
// not exist. The draft's Source is filled in. Errors: those of wire.Check,
// Source and the journal, "not_a_channel", and "key_reused" where another
// message has its Key.
func (p *Publisher) Publish(ctx context.Context, channel string, d live.Draft) (Receipt, error) {
	got, err := p.Emit(ctx, channel, d)
	if d.Type == "" {
		d.Type = "message"
	}
	entry := Publication{Channel: channel, Event: d.Type, ID: d.ID}
	if err == nil {
		entry.ID, entry.Position, entry.Clients, entry.Repeated = got.ID, got.Position, got.Clients, got.Repeated
	}
	p.recent.add(entry, err)
	return got, err
}

// Emit is Publish for what the program itself says, such as the samples: it is
// not remembered, or nobody would find their own publishes among it. The marks
// are committed with the message.
func (p *Publisher) Emit(ctx context.Context, channel string, d live.Draft, marks ...live.Mark) (Receipt, error) {
	if d.Type == "" {
		d.Type = "message"
	}
	if err := wire.Check(p.journal.Epoch(), &d, p.Limits().MaxEvent); err != nil {
		return Receipt{}, err
	}
	m, err := p.append(ctx, channel, d, marks)
	for try := 1; try < renamed && errors.Is(err, &live.Error{Code: "not_found"}); try++ {
		m, err = p.append(ctx, channel, d, marks)
	}
	if err != nil {
		return Receipt{}, err
	}
	got := Receipt{
		Position: live.Position{Epoch: p.journal.Epoch(), Number: m.Number}.String(),
		ID:       wire.ID(p.journal.Epoch(), &m), Repeated: m.Repeated,
	}
	if !m.Repeated {
		got.Clients = (*p.clients.Load())(&m)
	}
	return got, nil
}

func (p *Publisher) append(ctx context.Context, channel string, d live.Draft, marks []live.Mark) (live.Message, error) {
	src, err := p.Source(ctx, channel)
	if err != nil {
		return live.Message{}, err
	}
	if src.Kind != live.ChannelSource {
		return live.Message{}, live.Errorf("not_a_channel", "%q is a feed: Signalbox follows it, and nothing can be published to it.", channel).
			WithField("channel").WithHint("Publish to a channel, under another name.")
	}
	d.Source = src.ID
	return p.journal.Put(ctx, d, marks...)
}

// Refuse remembers a message that was refused before it could be published.
func (p *Publisher) Refuse(channel string, d live.Draft, err error) {
	p.recent.add(Publication{Channel: channel, Event: d.Type, ID: d.ID}, err)
}

// Recent returns the last publishes, newest first, also those refused.
func (p *Publisher) Recent() []Publication { return p.recent.list() }

// Source looks up a source. A channel that does not exist comes into being
// where the limits allow it. Errors: "bad_name", "not_found",
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
		return live.Source{}, live.Errorf("not_found", "There is no source called %q.", name).WithField("source").
			WithHint("Make the channel in Signalbox first: the settings say that none comes into being by itself.")
	}
	p.making.Lock()
	defer p.making.Unlock()
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
		return live.Source{}, live.Errorf("too_many_channels", "There are %d channels, and no more come into being by themselves.", channels).
			WithHint("Remove some, make this one in Signalbox, or raise the limit in the settings.")
	}
	return p.add(ctx, live.Source{Name: name, Kind: live.ChannelSource})
}

// Channel looks up a channel, or makes it, whatever the limits say: for parts
// of the program that need one. Error: "name_taken" where a feed has the name.
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
		return live.Source{}, live.Errorf("name_taken", "A feed is called %q, so no channel can have this name.", channel.Name).
			WithField("name").WithHint("Rename the feed.")
	}
	return src, nil
}

// add adds a source, or returns the one that somebody else added meanwhile.
func (p *Publisher) add(ctx context.Context, s live.Source) (live.Source, error) {
	src, err := p.journal.AddSource(ctx, s)
	if err != nil {
		if src, ok := p.journal.Source(s.Name); ok {
			return src, nil
		}
	}
	return src, err
}

// now is the time as the API writes it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
