package example

import (
	"context"
	"math/rand/v2"
	"time"

	"signalbox/backend/live"
)

// The life in the samples' channels while they are on: each of these publishes
// until its context ends. They have dice of their own so that what
// one says does not depend on how fast another is.

func (s *samples) dice(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.e.opt.Seed, 100+stream))
}

// between returns a time from a to b.
func between(r *rand.Rand, a, b time.Duration) time.Duration {
	return a + time.Duration(r.Int64N(int64(b-a)))
}

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

// notices publishes a line of plain text to messages now and then.
func (s *samples) notices(ctx context.Context) {
	r := s.dice(1)
	pause := 2 * time.Second // something is to be seen at once
	for i := 0; wait(ctx, pause); i++ {
		pause = between(r, 8*time.Second, 20*time.Second)
		d := live.Draft{Type: "message", Data: notices[i%len(notices)]}
		if err := s.e.publish(ctx, s.channel("messages"), d); err != nil {
			s.e.complain(ctx, "publish a sample notice", err)
		}
	}
}

// A line of the chat is said by the desk that has that number in desks.
type said struct {
	desk  int
	words string
}

var desks = []string{"Front desk", "Warehouse", "Driver 12"}

var talk = []said{
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

// talk has the desks come into the chat, talk, and leave again at the end.
func (s *samples) talk(ctx context.Context) {
	r := s.dice(2)
	c := s.chat
	if s.shares("chat") {
		c = s.e.chat // who is here is one list, on the page too
	}
	for _, desk := range desks {
		if !wait(ctx, between(r, time.Second, 3*time.Second)) {
			return
		}
		if err := c.enter(ctx, desk); err != nil {
			s.e.complain(ctx, "enter the chat", err)
			continue
		}
		defer c.leave(desk)
	}
	for i := 0; wait(ctx, between(r, 5*time.Second, 14*time.Second)); i++ {
		line := talk[i%len(talk)]
		if err := c.say(ctx, desks[line.desk], line.words); err != nil {
			s.e.complain(ctx, "talk in the chat", err)
		}
	}
}

// ask asks the device something now and then.
func (s *samples) ask(ctx context.Context) {
	r := s.dice(3)
	for d := 4 * time.Second; wait(ctx, d); d = between(r, 12*time.Second, 25*time.Second) {
		what := pick(r, []string{"temperature", "temperature", "lamp on", "lamp off", "uptime"})
		if err := s.e.publish(ctx, s.channel("device"), live.Draft{Type: "ask", Data: what}); err != nil {
			s.e.complain(ctx, "ask the device", err)
		}
	}
}

// tell starts the sequence now and then.
func (s *samples) tell(ctx context.Context) {
	for d := 5 * time.Second; wait(ctx, d); d = time.Minute {
		told := s.sequence
		if s.shares("sequence") {
			told = s.e.sequence
		}
		if _, err := told.begin(); err != nil {
			s.e.complain(ctx, "start the sequence", err)
		}
	}
}
