package main

import "context"

func (t *torture) smallDisk(ctx context.Context) error { t.cannotRun("disk", "not yet"); return nil }
func onSmallDisk(ctx context.Context, opt options) int { return 2 }
