package jetstream

// Stall makes an engine look dead: it beats no more, but does all else.
func (e *Engine) Stall() { e.alive.leave() }
