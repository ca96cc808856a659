/** Figures: heat maps with points on them, curves, and the tables of numbers behind them. */
package org.flowprior.plot;
