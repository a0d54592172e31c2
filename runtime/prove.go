// Whether a credential is good: the request that the manifest names for it.

package runtime

import "context"

// Proof is what became of the request that proves a credential.
type Proof struct {
	Scheme *AuthScheme // that was tried; nil when the API has none with a test
	Err    *Error      // nil when the API took the credential
	Rates  []Rate      // what the answer says of each of the API's budgets; nil when it says nothing
}

// Prove sends the request that proves a credential, for the first scheme with
// one that the credential fits. It counts in the budgets as any other.
func (c *Client) Prove(ctx context.Context, cred Credentials) (p Proof) {
	for _, s := range c.table.API.Auth {
		if s.Probe == nil {
			continue
		}
		if p.Scheme != nil && !s.accepts(cred.authType) {
			continue
		}
		tried := Proof{Scheme: s}
		tried.Rates, tried.Err = c.prove(ctx, s, cred)
		if tried.Err == nil || p.Scheme == nil {
			p = tried
		}
		if p.Err == nil {
			return p
		}
	}
	return p
}

// prove tries one scheme.
func (c *Client) prove(ctx context.Context, s *AuthScheme, cred Credentials) (found []Rate, err *Error) {
	op := c.probe(s)
	ctx, w := c.watch(ctx, op)
	defer func() {
		if recover() != nil { // a host's transport or clock; its words may hold anything
			err = c.broken(op)
		}
		w.end(ctx, &Envelope{Err: err})
	}()
	k, err := c.begin(op, cred, nil)
	if err != nil {
		return nil, err
	}
	k.ctx, k.watch, k.reads = ctx, w, true
	answer, err := k.perform(ctx, nil)
	if err == nil {
		_, err = k.take(answer, false)
	}
	if err != nil {
		return nil, err
	}
	return rates(answer.header, c.rates, c.clock.Now()), nil
}

// probe is the request of a scheme, with the scheme: a table cannot say that its
// variables name each other.
func (c *Client) probe(s *AuthScheme) *Operation {
	if op, ok := c.plans.Load(s); ok {
		return op.(*Operation)
	}
	made := *s.Probe
	made.Auth = s
	op, _ := c.plans.LoadOrStore(s, &made)
	return op.(*Operation)
}
