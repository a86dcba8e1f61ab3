package feed

import "sync"

// lock locks one feed against other changes. Its holder may wait for the keyring,
// so nothing that concerns other feeds may wait for this lock.
func (f *Follower) lock(id int64) (unlock func()) {
	m := f.lockOf(id)
	m.Lock()
	return m.Unlock
}

// lockByName finds a feed by its name and locks it.
func (f *Follower) lockByName(name string) (s *subscription, unlock func(), err error) {
	if s, err = f.find(name); err != nil {
		return nil, nil, err
	}
	unlock = f.lock(s.id)
	if !f.isListed(s) {
		unlock()
		return nil, nil, noFeed(name) // the feed was removed meanwhile
	}
	return s, unlock, nil
}

// whenUnlocked calls do with the feed locked, unless the feed was removed. If the
// feed is being changed, whenUnlocked returns at once, and do is called after the
// change.
func (f *Follower) whenUnlocked(s *subscription, do func()) {
	locked := func(m *sync.Mutex) {
		defer m.Unlock()
		if f.isListed(s) {
			do()
		}
	}
	m := f.lockOf(s.id)
	if m.TryLock() {
		locked(m)
		return
	}
	go func() {
		m.Lock()
		locked(m)
	}()
}

func (f *Follower) lockOf(id int64) *sync.Mutex {
	m, _ := f.locks.LoadOrStore(id, new(sync.Mutex))
	return m.(*sync.Mutex)
}

// isListed reports whether the feed still has this subscription.
func (f *Follower) isListed(s *subscription) bool {
	listed, ok := f.subscription(s.id)
	return ok && listed == s
}
