package broadcast_test

import (
	"sync"
	"testing"

	"signalbox/backend/broadcast"
)

func TestEveryWaiterIsWokenByTheNextChange(t *testing.T) {
	var b broadcast.Broadcast
	b.Notify()
	var all sync.WaitGroup
	for range 10 {
		ch, n := b.Wait()
		if n != 1 {
			t.Errorf("%d changes, not 1", n)
		}
		select {
		case <-ch:
			t.Error("a change of the past woke a waiter")
		default:
		}
		all.Go(func() { <-ch })
	}
	b.Notify()
	all.Wait()
	if _, n := b.Wait(); n != 2 {
		t.Errorf("%d changes, not 2", n)
	}
}
