Feature: The alarms that a station brings along can be relied on

  Rule: B-0301 Every monitor can work

    @id:DX-BIN-001 @req:B-0301 @ocpp:N02.FR.11 @ocpp:N04.FR.05 @ocpp:N04.FR.06 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The monitors of the report next to the inventory
      Given the full inventory of the station
      Then every monitor of the monitoring report can work

  Rule: B-0309 Alarms do not sleep between transactions

    @id:DX-BIN-002 @req:B-0309 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:disruptive
    Scenario: Built-in monitors that watch at all times
      Given the monitors that the station brings along
      Then every built-in monitor that watches at all times by its row does so

  Rule: B-0304 The level holds built-in monitors back too

    @id:DX-BIN-003 @req:B-0304 @ocpp:N05.FR.03 @ocpp:N07.FR.15 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: A built-in monitor above the level and at it
      Given a built-in monitor that can be made to fire, and a more severe one of the operator beside it
      When the monitoring level is set so that the built-in one is not severe enough
      And what both watch changes
      Then the monitor of the operator tells it, and the built-in one is silent
      When it changes back, and once more at monitoring level 9
      Then the built-in monitor tells it in time

  Rule: B-0303 Both edges of a fault are told

    @id:DX-BIN-004 @req:B-0303 @ocpp:N07.FR.19 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: Alarms that come and go
      Given the alarms of two states that the laboratory can raise
      When a few of them are raised and taken back, one after the other
      Then the same monitor has told that each came and that it went

  Rule: B-0307 Several faults stay apart

    @id:DX-BIN-005 @req:B-0307 @ocpp:N07.FR.06 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: Two alarms at once
      Given the alarms of two states that the laboratory can raise
      When two of them are raised and taken back in the same order
      Then each was told by its own monitor, and ended by itself

  Rule: B-0310 Without a locked plug there is no charging

    @id:DX-BIN-006 @req:B-0310 @ocpp:G05.FR.01 @ocpp:G05.FR.02 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: The bolt is held while a vehicle wants to charge
      When a vehicle is to be charged while the plug cannot be locked
      Then the station tells that the plug cannot be locked, and does not charge
