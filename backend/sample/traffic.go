package sample

import (
	"context"
	"math/rand/v2"
	"time"

	"signalbox/backend/example"
	"signalbox/backend/live"
)

// random returns a random source. Each part of the samples has its own, so its
// messages do not depend on the speed of another part.
func (e *Events) random(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(e.options.Seed, 100+stream))
}

// between returns a random time from a to b.
func between(r *rand.Rand, a, b time.Duration) time.Duration {
	return a + time.Duration(r.Int64N(int64(b-a)))
}

// pick returns a random element.
func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

var notices = []string{
	"Backup finished in 41 s, 3.2 GB written.",
	"The certificate of the shop is valid for 61 more days.",
	"Stock count of hall 2 is complete.",
	"Printer at the packing table is out of labels.",
	"The night report is ready.",
	"Carrier pick-up is at 16:30 today.",
	"Search index rebuilt, 48,112 products.",
}

// publishNotices publishes a line of plain text to messages now and then.
func (e *Events) publishNotices(ctx context.Context) {
	r := e.random(1)
	pause := 2 * time.Second // the first one comes soon
	for i := 0; example.Sleep(ctx, pause); i++ {
		pause = between(r, 8*time.Second, 20*time.Second)
		d := live.Draft{Type: "message", Data: notices[i%len(notices)]}
		if err := e.examples.Emit(ctx, e.channel("messages"), d); err != nil {
			e.examples.Warn(ctx, "publish a sample notice", err)
		}
	}
}

// desks are the names in the chat.
var desks = []string{"Front desk", "Warehouse", "Driver 12"}

// conversation is the text of the chat, each line with its desk's index.
var conversation = []struct {
	desk  int
	words string
}{
	{0, "Good morning. Is the pallet for the school loaded?"},
	{1, "Loaded and labelled. Driver 12 has the papers."},
	{2, "On the road. I should be there by ten."},
	{0, "The customer asks whether you can ring ten minutes before."},
	{2, "Will do 👍"},
	{1, "We are short of small boxes. New ones come at noon."},
	{0, "Thanks. I will hold back the two orders that need them."},
	{2, "Delivered. Signed at the gate."},
	{1, "Boxes are here. Packing the two orders now."},
	{0, "Perfect, both were paid this morning."},
}

// talk makes the desks join the chat, talk until ctx ends, and leave.
func (e *Events) talk(ctx context.Context) {
	r := e.random(2)
	chat := e.chat
	if e.isPageChannel("chat") {
		chat = e.examples.Chat() // so that the page lists the desks as present
	}
	for _, desk := range desks {
		if !example.Sleep(ctx, between(r, time.Second, 3*time.Second)) {
			return
		}
		if err := chat.Enter(ctx, desk); err != nil {
			e.examples.Warn(ctx, "enter the chat", err)
			continue
		}
		defer chat.Leave(desk)
	}
	for i := 0; example.Sleep(ctx, between(r, 5*time.Second, 14*time.Second)); i++ {
		line := conversation[i%len(conversation)]
		if err := chat.Say(ctx, desks[line.desk], line.words); err != nil {
			e.examples.Warn(ctx, "talk in the chat", err)
		}
	}
}

// askDevice publishes an ask to the device now and then.
func (e *Events) askDevice(ctx context.Context) {
	r := e.random(3)
	for d := 4 * time.Second; example.Sleep(ctx, d); d = between(r, 12*time.Second, 25*time.Second) {
		ask := pick(r, []string{"temperature", "temperature", "lamp on", "lamp off", "uptime"})
		if err := e.examples.Emit(ctx, e.channel("device"), live.Draft{Type: "ask", Data: ask}); err != nil {
			e.examples.Warn(ctx, "ask the device", err)
		}
	}
}

// startSequences starts the sequence every minute.
func (e *Events) startSequences(ctx context.Context) {
	for d := 5 * time.Second; example.Sleep(ctx, d); d = time.Minute {
		sequence := e.sequence
		if e.isPageChannel("sequence") {
			sequence = e.examples.Sequence()
		}
		if _, err := sequence.Start(); err != nil {
			e.examples.Warn(ctx, "start the sequence", err)
		}
	}
}
