// From JSON to the structs of generated code, by the shapes of the manifest: the
// fields of a struct are those of its shape, in the same order. A member is
// known by its exact name, and a value of another type leaves a zero value, so
// that one surprise does not cost the rest. typed.go is what generated code calls.

package runtime

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

// decoder reads the values of one Go type.
type decoder struct {
	read  func(d *decoder, c *cursor, v reflect.Value) bool // reports whether the value fits
	inner *decoder                                          // of a pointer, a list or a map
	names []string                                          // of a struct's fields
	each  []*decoder                                        // of a struct's fields
}

var (
	objectType = reflect.TypeFor[Object]()
	rawType    = reflect.TypeFor[json.RawMessage]()
	stateType  = reflect.TypeFor[ListState]()
)

// decoderKey names what a client has made a decoder for.
type decoderKey struct {
	goType reflect.Type
	from   any // *Shape or *Operation
}

// decoderFor returns the decoder of a Go type for objects of a shape, which is
// made once for each client.
func (c *Client) decoderFor(t reflect.Type, s *Shape) (*decoder, error) {
	return c.decoder(decoderKey{t, s}, func() (*decoder, error) { return newDecoder(t, s) })
}

// outputDecoder is decoderFor for all outputs of an operation.
func (c *Client) outputDecoder(t reflect.Type, op *Operation) (*decoder, error) {
	return c.decoder(decoderKey{t, op}, func() (*decoder, error) { return newOutputDecoder(t, op.Outputs) })
}

func (c *Client) decoder(key decoderKey, make func() (*decoder, error)) (*decoder, error) {
	if d, ok := c.plans.Load(key); ok {
		return d.(*decoder), nil
	}
	d, err := make()
	if err == nil {
		c.plans.Store(key, d)
	}
	return d, err
}

func newOutputDecoder(t reflect.Type, outputs []Output) (*decoder, error) {
	d := &decoder{}
	if t.Kind() != reflect.Struct || t.NumField() < len(outputs) || t.NumField() > len(outputs)+1 {
		return nil, fmt.Errorf("%s has other fields than the outputs", t)
	}
	for i := range outputs {
		o := &outputs[i]
		s := o.Project
		if s == nil {
			s = o.Shape
		}
		field, err := newDecoder(t.Field(i).Type, s)
		if err != nil {
			return nil, err
		}
		d.each = append(d.each, field)
	}
	return d, nil
}

// newDecoder makes the decoder of a Go type; s is the shape of the struct that
// the type is or holds.
func newDecoder(t reflect.Type, s *Shape) (d *decoder, err error) {
	d = &decoder{}
	switch {
	case t == objectType:
		d.read = readObject
	case t == rawType:
		d.read = readRaw
	case t.Kind() == reflect.Pointer:
		d.read = readPointer
		d.inner, err = newDecoder(t.Elem(), s)
	case t.Kind() == reflect.Slice:
		d.read = readList
		d.inner, err = newDecoder(t.Elem(), s)
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		d.read = readMap
		d.inner, err = newDecoder(t.Elem(), s)
	case t.Kind() == reflect.Struct:
		d.read = readStruct
		err = d.fields(t, s)
	case scalarReaders[t.Kind()] != nil:
		d.read = scalarReaders[t.Kind()]
	default:
		err = fmt.Errorf("%s can hold nothing of an answer", t)
	}
	return d, err
}

// fields makes the decoders of a struct's fields.
func (d *decoder) fields(t reflect.Type, s *Shape) error {
	if s == nil || t.NumField() != len(s.Fields) {
		return fmt.Errorf("%s has other fields than its shape", t)
	}
	for i := range s.Fields {
		if !t.Field(i).IsExported() {
			return fmt.Errorf("the field %s of %s is not exported", t.Field(i).Name, t)
		}
		field, err := newDecoder(t.Field(i).Type, s.Fields[i].Shape)
		if err != nil {
			return err
		}
		d.names, d.each = append(d.names, s.Fields[i].Name), append(d.each, field)
	}
	return nil
}

// decode reads a checked value into v.
func (d *decoder) decode(value []byte, v reflect.Value) {
	d.read(d, &cursor{scanner: scanner{b: value}}, v)
}

var scalarReaders = [...]func(*decoder, *cursor, reflect.Value) bool{
	reflect.String: readString, reflect.Int64: readInt, reflect.Float64: readFloat, reflect.Bool: readBool,
	reflect.UnsafePointer: nil, // so that every kind is an index
}

func readString(_ *decoder, c *cursor, v reflect.Value) bool {
	text := ""
	value := c.skip()
	fits := value[0] == '"'
	if fits {
		text = unquote(value)
	}
	v.SetString(text)
	return fits
}

func readInt(_ *decoder, c *cursor, v reflect.Value) bool {
	n, fits := integer(string(c.skip()))
	if !fits {
		n = 0
	}
	v.SetInt(n)
	return fits
}

func readFloat(_ *decoder, c *cursor, v reflect.Value) bool {
	value := c.skip()
	f, err := strconv.ParseFloat(string(value), 64)
	fits := isType(TypeNumber, value) && err == nil
	if !fits {
		f = 0
	}
	v.SetFloat(f)
	return fits
}

func readBool(_ *decoder, c *cursor, v reflect.Value) bool {
	first := c.skip()[0]
	v.SetBool(first == 't')
	return first == 't' || first == 'f'
}

func readObject(_ *decoder, c *cursor, v reflect.Value) bool {
	value := c.skip()
	if value[0] != '{' {
		v.SetZero()
		return false
	}
	v.SetBytes(value)
	return true
}

func readRaw(_ *decoder, c *cursor, v reflect.Value) bool {
	v.SetBytes(c.skip())
	return true
}

// readPointer reads into a new value. null is nil, and so is what does not fit.
func readPointer(d *decoder, c *cursor, v reflect.Value) bool {
	v.SetZero()
	if c.first() == 'n' {
		c.skip()
		return true
	}
	to := reflect.New(v.Type().Elem())
	fits := d.inner.read(d.inner, c, to.Elem())
	if fits {
		v.Set(to)
	}
	return fits
}

func readStruct(d *decoder, c *cursor, v reflect.Value) bool {
	v.SetZero()
	if c.first() != '{' {
		c.skip()
		return false
	}
	guess := 0
	for c.enter(); c.more(); {
		i := d.find(nameOf(c.key()), guess)
		if i < 0 {
			c.skip()
			continue
		}
		d.each[i].read(d.each[i], c, v.Field(i))
		guess = i + 1
	}
	return true
}

// find returns the index of the field for a member, beginning at a guess.
func (d *decoder) find(name []byte, guess int) int {
	for i := guess; i < len(d.names); i++ {
		if d.names[i] == string(name) {
			return i
		}
	}
	for i := range min(guess, len(d.names)) {
		if d.names[i] == string(name) {
			return i
		}
	}
	return -1
}

// readList reads a list. An element that does not fit leaves its place empty.
func readList(d *decoder, c *cursor, v reflect.Value) bool {
	v.SetZero()
	if c.first() != '[' {
		c.skip()
		return false
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	n := 0
	for c.enter(); c.more(); n++ {
		if n == v.Cap() {
			v.Grow(max(4, n))
		}
		v.SetLen(n + 1)
		d.inner.read(d.inner, c, v.Index(n))
	}
	return true
}

func readMap(d *decoder, c *cursor, v reflect.Value) bool {
	v.SetZero()
	if c.first() != '{' {
		c.skip()
		return false
	}
	v.Set(reflect.MakeMap(v.Type()))
	key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
	for c.enter(); c.more(); {
		key.SetString(unquote(c.key()))
		value.SetZero()
		d.inner.read(d.inner, c, value)
		v.SetMapIndex(key, value)
	}
	return true
}
