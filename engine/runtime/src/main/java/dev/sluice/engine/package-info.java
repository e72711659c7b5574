/**
 * The one-process runtime: takes a physical plan, cuts it into stages and turns them tick by tick
 * until the input ends or someone stops it. It never sees the planner. Start reading at {@link
 * dev.sluice.engine.Engine}.
 */
package dev.sluice.engine;
