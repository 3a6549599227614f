package inner

import ("strings"; "fmt")

var   Wide = map[string]int{"a":1,
"longer":2}

func Show(){ fmt.Println(strings.Repeat("-",Wide["a"])) }
