package feed

import "sync"

// lock waits for the right to change one feed. A keyring may be waited for while
// it is held, so nothing that concerns other feeds waits for it.
func (f *Follower) lock(id int64) (unlock func()) {
	m := f.lockOf(id)
	m.Lock()
	return m.Unlock
}

// lockByName finds a feed by its name and takes its lock.
func (f *Follower) lockByName(name string) (s *subscription, unlock func(), err error) {
	if s, err = f.find(name); err != nil {
		return nil, nil, err
	}
	unlock = f.lock(s.id)
	if !f.isListed(s) {
		unlock()
		return nil, nil, noFeed(name) // it was removed meanwhile
	}
	return s, unlock, nil
}

// whenUnlocked calls do with the lock of a feed, unless the feed is removed by
// then. Where the feed is being changed it does not wait: do is called after the
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
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.locks[id]
	if m == nil {
		m = new(sync.Mutex)
		f.locks[id] = m
	}
	return m
}

// isListed reports whether a subscription is still that of its feed.
func (f *Follower) isListed(s *subscription) bool {
	listed, ok := f.subscription(s.id)
	return ok && listed == s
}
