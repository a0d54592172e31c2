package runtime

import "context"

type ahead struct{}

func (a *ahead) stop()                                              {}
func (w *walk) askAhead(ctx context.Context, from place, page *cut) {}
func (w *walk) get(ctx context.Context) (*answer, *Error)           { return w.ask(ctx, w.values) }
