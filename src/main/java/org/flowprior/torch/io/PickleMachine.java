package org.flowprior.torch.io;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs a pickle: the opcodes that {@code torch.save} writes, protocols 2 to 5. It can call {@link PickleGlobal} only; any
 * other global is an {@link InertObject}, which is never called.
 * No opcode recurses, and none allocates more than its own bytes stand for.
 *
 * <p>None, bool, int, float, str, bytes, list, tuple, dict and set become null, Boolean, Long (or BigInteger), Double,
 * String, byte[], ArrayList, an unmodifiable List, LinkedHashMap and LinkedHashSet.
 */
final class PickleMachine {

    private final PickleInput input;
    private final PickleCalls calls;
    private final List<Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private final PickleBudget budget;

    private PickleMachine(PickleInput input, TensorMaker maker) {
        this.input = input;
        this.budget = new PickleBudget(input);
        this.calls = new PickleCalls(input, maker, budget);
    }

    /** Runs the next pickle in the input, and returns its object. */
    static Object run(PickleInput input, TensorMaker maker) {
        PickleMachine machine = new PickleMachine(input, maker);
        int opcode;
        while ((opcode = input.uint8()) != '.') {
            machine.step(opcode);
        }
        return machine.calls.value(machine.pop());
    }

    private void push(Object value) {
        budget.takeObject(value);
        stack.add(value);
    }

    /** Pushes an object that was pushed before. */
    private void pushAgain(Object value) {
        budget.take(PickleBudget.REFERENCE);
        stack.add(value);
    }

    private Object pop() {
        top();
        return stack.removeLast();
    }

    private Object top() {
        if (stack.size() <= (marks.isEmpty() ? 0 : marks.getLast())) {
            throw input.refuse("the pickle is damaged: it takes what it has not made");
        }
        return stack.getLast();
    }

    private Object[] popToMark() {
        if (marks.isEmpty()) {
            throw input.refuse("the pickle is damaged: a mark is missing");
        }
        List<Object> above = stack.subList(marks.removeLast(), stack.size());
        Object[] items = above.toArray();
        above.clear();
        return items;
    }

    private void step(int opcode) {
        switch (opcode) {
            case 0x80 -> checkProtocol(input.uint8());
            case 0x95 -> input.int64();                         // FRAME
            case '(' -> {
                budget.take(3 * PickleBudget.REFERENCE);
                marks.add(stack.size());
            }
            case '0' -> pop();
            case '1' -> popToMark();
            case '2' -> pushAgain(top());
            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) input.int32());
            case 'K' -> push((long) input.uint8());
            case 'M' -> push((long) input.uint16());
            case 0x8a -> push(input.integer(input.uint8()));    // LONG1
            case 0x8b -> push(input.integer(input.int32()));    // LONG4
            case 'G' -> push(input.float64());
            case 'X' -> push(input.text(input.uint32()));
            case 0x8c, 'U' -> push(input.text(input.uint8()));  // SHORT_BINUNICODE, SHORT_BINSTRING
            case 0x8d -> push(input.text(input.int64()));       // BINUNICODE8
            case 'T' -> push(input.text(input.int32()));
            case 'C' -> push(input.raw(input.uint8()));
            case 'B' -> push(input.raw(input.uint32()));
            case 0x8e, 0x96 -> push(input.raw(input.int64()));  // BINBYTES8, BYTEARRAY8
            default -> stepContainer(opcode);
        }
    }

    private void stepContainer(int opcode) {
        switch (opcode) {
            case ')' -> push(new PickleObjects.Tuple());
            case 't' -> push(new PickleObjects.Tuple(popToMark()));
            case 0x85 -> pushTuple(1);
            case 0x86 -> pushTuple(2);
            case 0x87 -> pushTuple(3);
            case ']' -> push(new ArrayList<>());
            case 'a' -> append(pop());
            case 'e' -> append(popToMark());
            case '}' -> push(new LinkedHashMap<>());
            case 's' -> {
                Object value = pop();
                putAll(pop(), value);
            }
            case 'u' -> putAll(popToMark());
            case 0x8f -> push(new LinkedHashSet<>());
            case 0x90 -> addAll(popToMark());                   // ADDITEMS
            case 0x91 -> {                                      // FROZENSET
                Object[] items = popToMark();
                push(new LinkedHashSet<>());
                addAll(items);
            }
            default -> stepReference(opcode);
        }
    }

    private void stepReference(int opcode) {
        switch (opcode) {
            case 'h' -> pushAgain(recall(input.uint8()));
            case 'j' -> pushAgain(recall(input.uint32()));
            case 'q' -> remember(input.uint8());
            case 'r' -> remember(input.uint32());
            case 0x94 -> remember(memo.size());                 // MEMOIZE
            case 'c' -> push(global(input.line(), input.line()));
            case 0x93 -> {                                      // STACK_GLOBAL
                Object name = pop();
                push(global(pop(), name));
            }
            case 'R' -> {
                Object arguments = pop();
                push(calls.call(pop(), arguments));
            }
            case 0x81 -> {                                      // NEWOBJ
                Object arguments = pop();
                push(calls.create(pop(), arguments));
            }
            case 0x92 -> {                                      // NEWOBJ_EX
                pop();
                Object arguments = pop();
                push(calls.create(pop(), arguments));
            }
            case 'b' -> {
                Object state = pop();
                build(pop(), state);
            }
            case 'Q' -> push(calls.storage(pop()));
            case 'i' -> throw calls.hostile(input.line(), input.line());
            case 0x82, 0x83, 0x84 ->
                    throw input.refuse("refused: the pickle wants an extension by number, which is not data");
            default -> throw input.refuse("refused: the pickle has opcode 0x" + Integer.toHexString(opcode)
                    + ", which torch.save does not write");
        }
    }

    private void checkProtocol(int protocol) {
        if (protocol < 2 || protocol > 5) {
            throw input.refuse("a pickle of protocol " + protocol + ", which is not in 2 to 5");
        }
    }

    private void pushTuple(int size) {
        Object[] items = new Object[size];
        for (int i = size - 1; i >= 0; i--) {
            items[i] = pop();
        }
        push(new PickleObjects.Tuple(items));
    }

    @SuppressWarnings("unchecked")
    private <T> T container(Class<?> type, String otherwise) {
        if (!type.isInstance(top())) {
            throw input.refuse("the pickle is damaged: it " + otherwise);
        }
        return (T) top();
    }

    private void append(Object... values) {
        if (top() instanceof InertObject object) {
            budget.take((long) PickleBudget.ENTRY * values.length);
            for (Object value : values) {
                object.add(calls.value(value));
            }
            return;
        }
        List<Object> list = container(ArrayList.class, "appends to something that is not a list");
        budget.take(2L * PickleBudget.REFERENCE * values.length);
        for (Object value : values) {
            list.add(calls.value(value));
        }
    }

    private void putAll(Object... keysAndValues) {
        if (keysAndValues.length % 2 != 0) {
            throw input.refuse("the pickle is damaged: it puts a key without a value into a dict");
        }
        budget.take(PickleBudget.ENTRY * (keysAndValues.length / 2L));
        if (top() instanceof InertObject object) {
            for (int i = 0; i < keysAndValues.length; i += 2) {
                calls.put(object, keysAndValues[i], keysAndValues[i + 1]);
            }
            return;
        }
        Map<Object, Object> dict = container(LinkedHashMap.class, "puts entries into something that is not a dict");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            calls.put(dict, keysAndValues[i], keysAndValues[i + 1]);
        }
    }

    private void addAll(Object... items) {
        Set<Object> set = container(LinkedHashSet.class, "adds to something that is not a set");
        budget.take((long) PickleBudget.ENTRY * items.length);
        for (Object item : items) {
            set.add(calls.key(item));
        }
    }

    private void remember(long index) {
        Object value = top();
        budget.take(PickleBudget.ENTRY);
        memo.put(index, value);
        if (value instanceof PickleObjects.OldParameter parameter) {
            parameter.remembered.add(index);
        }
    }

    private void build(Object object, Object state) {
        Object built = calls.build(object, state);
        pushAgain(built);
        if (object instanceof PickleObjects.OldParameter parameter) {
            parameter.remembered.forEach(index -> memo.replace(index, object, built));
        }
    }

    private Object recall(long index) {
        Object value = memo.get(index);
        if (value == null && !memo.containsKey(index)) {
            throw input.refuse("the pickle is damaged: it recalls what it has not remembered");
        }
        return value;
    }

    private Object global(Object module, Object name) {
        if (!(module instanceof String m) || !(name instanceof String n)) {
            throw input.refuse("refused: the pickle names a function by something that is not a text");
        }
        return calls.global(m, n);
    }
}
