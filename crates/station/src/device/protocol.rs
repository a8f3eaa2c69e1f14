//! Variables every station has because it speaks OCPP, whatever its archetype lists: controllers, limits of
//! messages, what it says of itself at boot, and the availability of its tiers.

use ocpp::{DataType, Mutability};
use spec::model::Tier;

use DataType::{Boolean, DateTime, Integer, MemberList, OptionList, SequenceList, String as Text};
use Mutability::{ReadOnly, ReadWrite, WriteOnly};

/// What the station knows of a variable without its archetype.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    pub(crate) tier: Tier,
    pub(crate) component: &'static str,
    pub(crate) variable: &'static str,
    pub(crate) instance: Option<&'static str>,
    pub(crate) data_type: DataType,
    pub(crate) mutability: Mutability,
    pub(crate) value: &'static str,
    pub(crate) unit: Option<&'static str>,
    pub(crate) limits: Option<(f64, f64)>,
    pub(crate) offered: &'static [&'static str],
    pub(crate) monitored: bool,
}

const STATES: &[&str] = &["Available", "Occupied", "Reserved", "Unavailable", "Faulted"];
const POINTS: &[&str] =
    &["ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer"];
const BASES: &[&str] = &["All", "FactoryDefault", "HardWiredOnly"];

const fn given(
    component: &'static str,
    variable: &'static str,
    data_type: DataType,
    mutability: Mutability,
    value: &'static str,
) -> Given {
    Given {
        tier: Tier::Station,
        component,
        variable,
        instance: None,
        data_type,
        mutability,
        value,
        unit: None,
        limits: None,
        offered: &[],
        monitored: false,
    }
}

impl Given {
    const fn of(mut self, instance: &'static str) -> Given {
        self.instance = Some(instance);
        self
    }
    const fn at(mut self, tier: Tier) -> Given {
        self.tier = tier;
        self
    }
    const fn limits(mut self, min: f64, max: f64) -> Given {
        self.limits = Some((min, max));
        self
    }
    const fn seconds(mut self) -> Given {
        self.unit = Some("s");
        self
    }
    const fn offered(mut self, values: &'static [&'static str]) -> Given {
        self.offered = values;
        self
    }
    const fn monitored(mut self) -> Given {
        self.monitored = true;
        self
    }
}

/// All of them, in the order they are reported.
pub(crate) const GIVEN: &[Given] = &[
    given("ChargingStation", "VendorName", Text, ReadOnly, ""),
    given("ChargingStation", "Model", Text, ReadOnly, ""),
    given("ChargingStation", "SerialNumber", Text, ReadOnly, ""),
    given("ChargingStation", "FirmwareVersion", Text, ReadOnly, ""),
    given("ChargingStation", "Available", Boolean, ReadOnly, "true"),
    given("ChargingStation", "AvailabilityState", OptionList, ReadOnly, "Available")
        .offered(STATES)
        .monitored(),
    given("EVSE", "Available", Boolean, ReadOnly, "true").at(Tier::Evse),
    given("EVSE", "AvailabilityState", OptionList, ReadOnly, "Available")
        .at(Tier::Evse)
        .offered(STATES)
        .monitored(),
    given("Connector", "Available", Boolean, ReadOnly, "true").at(Tier::Connector),
    given("Connector", "AvailabilityState", OptionList, ReadOnly, "Available")
        .at(Tier::Connector)
        .offered(STATES)
        .monitored(),
    given("MonitoringCtrlr", "Available", Boolean, ReadOnly, "true"),
    given("MonitoringCtrlr", "Enabled", Boolean, ReadWrite, "true"),
    given("MonitoringCtrlr", "ItemsPerMessage", Integer, ReadOnly, "20").of("SetVariableMonitoring"),
    given("MonitoringCtrlr", "BytesPerMessage", Integer, ReadOnly, "65536").of("SetVariableMonitoring"),
    given("MonitoringCtrlr", "ItemsPerMessage", Integer, ReadOnly, "50").of("ClearVariableMonitoring"),
    given("MonitoringCtrlr", "BytesPerMessage", Integer, ReadOnly, "65536").of("ClearVariableMonitoring"),
    given("MonitoringCtrlr", "OfflineQueuingSeverity", Integer, ReadWrite, "5").limits(0.0, 9.0),
    given("MonitoringCtrlr", "ActiveMonitoringBase", OptionList, ReadOnly, "All").offered(BASES),
    given("MonitoringCtrlr", "ActiveMonitoringLevel", Integer, ReadOnly, "9").limits(0.0, 9.0),
    given("DeviceDataCtrlr", "ItemsPerMessage", Integer, ReadOnly, "50").of("GetReport"),
    given("DeviceDataCtrlr", "BytesPerMessage", Integer, ReadOnly, "65536").of("GetReport"),
    given("DeviceDataCtrlr", "ItemsPerMessage", Integer, ReadOnly, "50").of("GetVariables"),
    given("DeviceDataCtrlr", "BytesPerMessage", Integer, ReadOnly, "65536").of("GetVariables"),
    given("DeviceDataCtrlr", "ItemsPerMessage", Integer, ReadOnly, "50").of("SetVariables"),
    given("DeviceDataCtrlr", "BytesPerMessage", Integer, ReadOnly, "65536").of("SetVariables"),
    given("DeviceDataCtrlr", "ConfigurationValueSize", Integer, ReadOnly, "1000").limits(0.0, 1000.0),
    given("DeviceDataCtrlr", "ReportingValueSize", Integer, ReadOnly, "2500").limits(0.0, 2500.0),
    given("SecurityCtrlr", "BasicAuthPassword", Text, WriteOnly, "").limits(0.0, 40.0).monitored(),
    given("SecurityCtrlr", "SecurityProfile", Integer, ReadOnly, "0").limits(0.0, 3.0),
    given("SecurityCtrlr", "OrganizationName", Text, ReadWrite, "").limits(0.0, 64.0),
    given("SecurityCtrlr", "CertificateEntries", Integer, ReadOnly, "0"),
    given("ClockCtrlr", "DateTime", DateTime, ReadOnly, ""),
    given("ClockCtrlr", "TimeSource", SequenceList, ReadOnly, "RealTimeClock").offered(&["RealTimeClock"]),
    given("OCPPCommCtrlr", "HeartbeatInterval", Integer, ReadWrite, "300").seconds().limits(1.0, 86_400.0),
    given("OCPPCommCtrlr", "OfflineThreshold", Integer, ReadWrite, "60").seconds().limits(0.0, 86_400.0),
    given("OCPPCommCtrlr", "MessageTimeout", Integer, ReadOnly, "30").of("Default").seconds(),
    given("OCPPCommCtrlr", "MessageAttempts", Integer, ReadWrite, "3")
        .of("TransactionEvent")
        .limits(1.0, 10.0),
    given("OCPPCommCtrlr", "MessageAttemptInterval", Integer, ReadWrite, "10")
        .of("TransactionEvent")
        .seconds()
        .limits(1.0, 3_600.0),
    given("TxCtrlr", "TxStartPoint", MemberList, ReadWrite, "EVConnected,Authorized").offered(POINTS),
    given("TxCtrlr", "TxStopPoint", MemberList, ReadWrite, "EVConnected,Authorized").offered(POINTS),
    given("TxCtrlr", "EVConnectionTimeOut", Integer, ReadWrite, "60").seconds().limits(1.0, 3_600.0),
    given("TxCtrlr", "StopTxOnEVSideDisconnect", Boolean, ReadOnly, "true"),
    given("AuthCtrlr", "Enabled", Boolean, ReadWrite, "true"),
    given("AuthCtrlr", "AuthorizeRemoteStart", Boolean, ReadWrite, "false"),
    given("AuthCtrlr", "LocalAuthorizeOffline", Boolean, ReadOnly, "true"),
    given("AuthCtrlr", "LocalPreAuthorize", Boolean, ReadWrite, "false"),
    given("LocalAuthListCtrlr", "Enabled", Boolean, ReadOnly, "true"),
    given("OCPPCommCtrlr", "FileTransferProtocols", MemberList, ReadOnly, "HTTPS,HTTP,FTP")
        .offered(&["HTTPS", "HTTP", "FTP"]),
    given("OCPPCommCtrlr", "NetworkConfigurationPriority", SequenceList, ReadOnly, "1").offered(&["1"]),
];

/// What is known of a variable by name, if it is one of these.
pub(crate) fn known(component: &str, variable: &str, instance: Option<&str>) -> Option<&'static Given> {
    GIVEN.iter().find(|g| {
        ocpp::device::same(g.component, component)
            && ocpp::device::same(g.variable, variable)
            && match (g.instance, instance) {
                (None, None) => true,
                (Some(a), Some(b)) => ocpp::device::same(a, b),
                _ => false,
            }
    })
}
