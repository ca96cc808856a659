package org.flowprior.cli;

/**
 * Where {@code java -jar flowprior.jar} begins: says which Java is needed if this one is too old. The jar has this class
 * for Java 11, so it refers to no other.
 */
public final class Start {

    private static final int NEEDED = 22;

    private Start() {}

    /** Runs {@code Main}, or ends with 2 if the Java is too old for it. */
    public static void main(String[] args) throws ReflectiveOperationException {
        int found = Runtime.version().feature();
        if (found < NEEDED) {
            System.err.println("flowprior: needs Java " + NEEDED + " or newer, and this is " + found + " in "
                    + System.getProperty("java.home") + "; name the java of a newer JDK, or use tools/flowprior, "
                    + "which finds one");
            System.exit(2);
        }
        Class.forName("org.flowprior.cli.Main").getMethod("main", String[].class).invoke(null, (Object) args);
    }
}
