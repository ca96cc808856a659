/** Figures: heat maps with points on them, curves, and the tables of their numbers. */
package org.flowprior.plot;
