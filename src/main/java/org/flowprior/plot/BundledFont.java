package org.flowprior.plot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The font that comes with flowprior. Java cannot draw text on a machine without fonts, such as many servers and
 * containers; and one font makes figures the same everywhere.
 */
public final class BundledFont {

    private static final String PROPERTY = "sun.awt.fontconfig";
    private static final String RESOURCE = "DejaVuSans.ttf";

    private BundledFont() {}

    /**
     * Makes it the font of this process for logical names such as {@code SansSerif}. Must be called before the first
     * text is drawn. A font configuration that is named on the JVM's command line stays.
     */
    public static synchronized void use() {
        if (System.getProperty(PROPERTY) != null) {
            return;
        }
        try (InputStream in = BundledFont.class.getResourceAsStream(RESOURCE)) {
            Path directory = Files.createTempDirectory("flowprior-font");
            Path font = directory.resolve(RESOURCE);
            Path configuration = directory.resolve("fontconfig.properties");
            List.of(directory, font, configuration).forEach(path -> path.toFile().deleteOnExit()); // in reverse
            Files.copy(in, font);
            Files.writeString(configuration, configuration(font));
            System.setProperty(PROPERTY, configuration.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String configuration(Path font) {
        StringBuilder text = new StringBuilder("version=1\nsequence.allfonts=default\n");
        for (String name : List.of("serif", "sansserif", "monospaced", "dialog", "dialoginput")) {
            for (String style : List.of("plain", "bold", "italic", "bolditalic")) {
                text.append(name).append('.').append(style).append(".default=DejaVu Sans\n");
            }
        }
        return text.append("filename.DejaVu_Sans=").append(font.toString().replace("\\", "\\\\")).append('\n')
                .toString();
    }
}
