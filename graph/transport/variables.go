package transport

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/internal/fault"
)

// checkAll refuses values that are not of their variable's type, as the specification wants it. The executor
// behind it takes text for numbers, numbers for text, and enum values in any case; it still checks the rest: what is
// missing, null or unknown.
func (c *variables) checkAll(operation *ast.OperationDefinition, values map[string]any) *fault.Error {
	for _, v := range operation.VariableDefinitions {
		if err := c.check("$"+v.Variable, v.Type, values[v.Variable]); err != nil {
			return err
		}
	}
	if c.entries > c.limit {
		return fault.New(fault.CostExceeded, "the variables have more than %d list entries", c.limit)
	}
	return nil
}

type variables struct {
	schema    *ast.Schema
	limit     int // entries that all lists together may have; what is beyond is not looked at
	entries   int
	secretive bool // say nothing of the schema that was not asked for
}

// check descends to the leaves, as far as value and type are of one shape.
func (c *variables) check(path string, t *ast.Type, value any) *fault.Error {
	if value == nil {
		return nil
	}
	if t.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			return c.check(path, t.Elem, value) // one value stands for a list of one
		}
		if c.entries += len(list); c.entries > c.limit {
			return nil
		}
		for i, element := range list {
			if err := c.check(fmt.Sprintf("%s[%d]", path, i), t.Elem, element); err != nil {
				return err
			}
		}
		return nil
	}
	def := c.schema.Types[t.NamedType]
	if def == nil {
		return nil
	}
	if def.Kind == ast.InputObject {
		object, _ := value.(map[string]any)
		for _, field := range def.Fields {
			if err := c.check(path+"."+field.Name, field.Type, object[field.Name]); err != nil {
				return err
			}
		}
		return nil
	}
	if wanted := c.mismatch(def, value); wanted != "" {
		return fault.New(fault.BadUserInput, "%s must be %s", path, wanted)
	}
	return nil
}

// mismatch says what a leaf should be, "" where it is that.
func (c *variables) mismatch(def *ast.Definition, value any) string {
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	switch {
	case def.Kind == ast.Enum:
		if isText && def.EnumValues.ForName(text) != nil {
			return ""
		}
		if c.secretive {
			return "one of the names that the type has"
		}
		return "one of " + names(def.EnumValues)
	case def.Name == "Int" && (!isNumber || !isInt(number)):
		return fmt.Sprintf("a whole number from %d to %d", math.MinInt32, math.MaxInt32)
	case def.Name == "Float" && !isNumber:
		return "a number"
	case def.Name == "String" && !isText:
		return "a string"
	case def.Name == "ID" && !isText && (!isNumber || !isInt(number)):
		return "a string"
	case def.Name == "Boolean":
		if _, ok := value.(bool); !ok {
			return "true or false"
		}
	}
	return ""
}

func isInt(n json.Number) bool {
	_, err := strconv.ParseInt(n.String(), 10, 32)
	return err == nil
}

func names(values ast.EnumValueList) string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = v.Name
	}
	return strings.Join(all, ", ")
}
