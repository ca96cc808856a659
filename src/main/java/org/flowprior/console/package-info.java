/** The output of running work: a progress bar on a terminal, plain lines otherwise. */
package org.flowprior.console;
